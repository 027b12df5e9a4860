/** The files that docr stores for the launcher, made by hand. */
import { readFileSync } from "node:fs";
import { sha256 } from "../../src/app/startup/sha256.ts";
import { encodeCachedResponse, type ValidityTimes } from "../../src/response-cache/shared/format.ts";
import { fallbackFileName, fallbackKeyText } from "../../src/response-cache/shared/fallback-note.ts";
import { CACHED_SERVER_URL, keyText, responseFileName } from "../../src/response-cache/shared/key.ts";
import type { Environment } from "../support/lab/run.ts";

export const HOUR_MS = 3_600_000;

/** The file name of the cached response. `config` is "=" and the config file's text, or "" without one. */
export function responseNameFor(env: Environment, config = ""): string {
  return responseFileName(sha256(keyText((name) => env[name], config)));
}

/** The file name of the fallback note. */
export function noteNameFor(env: Environment, config = ""): string {
  return fallbackFileName(sha256(fallbackKeyText((name) => env[name], config)));
}

/** A response as docr prints it. */
export function responseWith(secret: string): string {
  return `${JSON.stringify({ ServerURL: CACHED_SERVER_URL, Username: "warm", Secret: secret })}\n`;
}

/** From an hour before to an hour after `now`, in milliseconds, on both clocks. */
export function validAround(now: number): ValidityTimes {
  const uptime = Math.round(Number.parseFloat(readFileSync("/proc/uptime", "latin1")) * 1000);
  return { notBefore: now - HOUR_MS, until: now + HOUR_MS, uptimeFrom: 0, uptimeUntil: uptime + HOUR_MS };
}

/** The text of a cached response's file. It is valid now by default. */
export function cachedResponse(secret: string, times: ValidityTimes = validAround(Date.now())): string {
  return encodeCachedResponse(times, responseWith(secret));
}
