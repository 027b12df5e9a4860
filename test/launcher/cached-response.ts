/** Files as the full program leaves them for the door, made by hand. */
import { readFileSync } from "node:fs";
import { sha256 } from "../../src/app/startup/sha256.ts";
import { encodeWarm, type WarmTimes } from "../../src/response-cache/shared/format.ts";
import {
  FALLBACK_VARIABLES,
  fallbackFileName,
  fallbackText,
} from "../../src/response-cache/shared/fallback-note.ts";
import {
  DECIDING_VARIABLES,
  warmFileName,
  warmText,
  WARM_SERVER_URL,
} from "../../src/response-cache/shared/key.ts";
import type { Environment } from "../support/lab/run.ts";

export const HOUR = 3_600_000;

/** `config` is the config file's text, "" without one. */
export function warmNameFor(env: Environment, config = ""): string {
  return warmFileName(sha256(warmText(valuesOf(env, DECIDING_VARIABLES), config)));
}

export function noteNameFor(env: Environment, config = ""): string {
  return fallbackFileName(sha256(fallbackText(valuesOf(env, FALLBACK_VARIABLES), config)));
}

function valuesOf(env: Environment, names: readonly string[]): string[] {
  return names.map((name) => (env[name] === undefined ? "" : `=${env[name]}`));
}

/** An answer of a credential that nobody minted. */
export function answerOf(secret: string): string {
  return `${JSON.stringify({ ServerURL: WARM_SERVER_URL, Username: "warm", Secret: secret })}\n`;
}

/** For an hour around now, on both clocks. */
export function timesAround(now: number): WarmTimes {
  const uptime = Math.round(Number.parseFloat(readFileSync("/proc/uptime", "latin1")) * 1000);
  return { notBefore: now - HOUR, until: now + HOUR, uptimeFrom: 0, uptimeUntil: uptime + HOUR };
}

export function finishedFile(secret: string, times: WarmTimes = timesAround(Date.now())): string {
  return encodeWarm(times, answerOf(secret));
}
