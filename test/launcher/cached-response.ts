/** The files that docr stores for the launcher, made by hand. */
import { readFileSync } from "node:fs";
import { sha256 } from "../../src/app/startup/sha256.ts";
import { REGISTRY_HOST } from "../../src/core/address.ts";
import { encodeCachedResponse, type ValidityTimes } from "../../src/response-cache/shared/format.ts";
import { noteFileName, noteKeyText } from "../../src/response-cache/shared/other-registry-note.ts";
import { keyText, responseFileName } from "../../src/response-cache/shared/key.ts";
import type { Environment } from "../support/lab/run.ts";

export const HOUR_MS = 3_600_000;

/**
 * The file name of the cached response. `config` is "=" and the config file's text, or "" without one. `registry` is the registry that
 * the address names.
 */
export function responseNameFor(env: Environment, config = "", registry = ""): string {
  return responseFileName(sha256(keyText((name) => env[name], config, registry)));
}

/** The file name of the note about other registries. `config` is the same. */
export function noteNameFor(env: Environment, config = ""): string {
  return noteFileName(sha256(noteKeyText((name) => env[name], config)));
}

/** A response as docr prints it to a client that asked for the address. */
export function responseWith(secret: string, address: string = REGISTRY_HOST): string {
  return `${JSON.stringify({ ServerURL: address, Username: "warm", Secret: secret })}\n`;
}

/** From an hour before to an hour after `now`, in milliseconds, on both clocks. */
export function validAround(now: number): ValidityTimes {
  const uptime = Math.round(Number.parseFloat(readFileSync("/proc/uptime", "latin1")) * 1000);
  return { notBefore: now - HOUR_MS, until: now + HOUR_MS, uptimeFrom: 0, uptimeUntil: uptime + HOUR_MS };
}

/** The text of a cached response's file. It is valid now by default. */
export function cachedResponse(secret: string, times: ValidityTimes = validAround(Date.now())): string {
  return encodeCachedResponse(times, `${JSON.stringify({ Username: "warm", Secret: secret })}\n`);
}
