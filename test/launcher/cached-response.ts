/** Files as the full program leaves them for the launcher, made by hand. */
import { readFileSync } from "node:fs";
import { sha256 } from "../../src/app/startup/sha256.ts";
import { encodeCachedResponse, type ValidityTimes } from "../../src/response-cache/shared/format.ts";
import {
  FALLBACK_VARIABLES,
  fallbackFileName,
  fallbackKeyText,
} from "../../src/response-cache/shared/fallback-note.ts";
import {
  DECIDING_VARIABLES,
  responseFileName,
  keyText,
  CACHED_SERVER_URL,
} from "../../src/response-cache/shared/key.ts";
import type { Environment } from "../support/lab/run.ts";

export const HOUR = 3_600_000;

/** `config` is the config file's text, "" without one. */
export function responseNameFor(env: Environment, config = ""): string {
  return responseFileName(sha256(keyText(valuesOf(env, DECIDING_VARIABLES), config)));
}

export function noteNameFor(env: Environment, config = ""): string {
  return fallbackFileName(sha256(fallbackKeyText(valuesOf(env, FALLBACK_VARIABLES), config)));
}

function valuesOf(env: Environment, names: readonly string[]): string[] {
  return names.map((name) => (env[name] === undefined ? "" : `=${env[name]}`));
}

/** An answer of a credential that nobody minted. */
export function responseWith(secret: string): string {
  return `${JSON.stringify({ ServerURL: CACHED_SERVER_URL, Username: "warm", Secret: secret })}\n`;
}

/** For an hour around now, on both clocks. */
export function validAround(now: number): ValidityTimes {
  const uptime = Math.round(Number.parseFloat(readFileSync("/proc/uptime", "latin1")) * 1000);
  return { notBefore: now - HOUR, until: now + HOUR, uptimeFrom: 0, uptimeUntil: uptime + HOUR };
}

export function cachedResponse(secret: string, times: ValidityTimes = validAround(Date.now())): string {
  return encodeCachedResponse(times, responseWith(secret));
}
