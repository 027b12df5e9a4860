import { HelperError } from "../core/errors.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A length of time for people, rounded: `40 s`, `12 min`, `3 h`, `29 d`. */
export function shownSpan(ms: number): string {
  if (ms < 2 * MINUTE_MS) return `${Math.max(0, Math.round(ms / SECOND_MS))} s`;
  if (ms < 2 * HOUR_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  if (ms < 2 * DAY_MS) return `${Math.round(ms / HOUR_MS)} h`;
  return `${Math.round(ms / DAY_MS)} d`;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };
const SPAN = /^(?:\d{1,9}(?:\.\d{1,3})?[smhd]){1,4}$/;

/**
 * Seconds of a length of time as Go's tools write it (`1h30m`, `90m`, `3600s`, `1.5h`), with days (`30d`), or of plain
 * seconds as in doctl's --expiry-seconds. Undefined for anything else and for what is no whole number of seconds.
 */
export function parseSpan(text: string): number | undefined {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  if (!SPAN.test(text)) return undefined;
  let ms = 0;
  for (const [, count, unit = ""] of text.matchAll(/([\d.]+)([smhd])/g)) {
    ms += Number(count) * (UNIT_MS[unit] ?? 0);
  }
  return Number.isInteger(ms / SECOND_MS) ? ms / SECOND_MS : undefined;
}

const SHORTEST_SECONDS = 60;
const LONGEST_SECONDS = 365 * 24 * 3600;

/** The life of a credential in seconds. Throws `bad-arguments`: for 0 too, which the API takes for ever. */
export function parseExpiry(text: string): number {
  const seconds = parseSpan(text);
  if (seconds === 0) {
    throw new HelperError("bad-arguments", "an expiry of 0 would be none", {
      hint: "say --never-expire if that is meant",
    });
  }
  if (seconds !== undefined && seconds >= SHORTEST_SECONDS && seconds <= LONGEST_SECONDS) return seconds;
  throw new HelperError("bad-arguments", "--expiry must be a length of time from 60s to 365d", {
    hint: "write it as 1h, 90m, 1h30m, 30d or 3600",
  });
}
