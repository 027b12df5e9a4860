const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Formats a duration in one rounded unit: `40 s`, `12 min`, `3 h`, `29 d`. */
export function formatDuration(ms: number): string {
  if (ms < 2 * MINUTE_MS) return `${Math.max(0, Math.round(ms / SECOND_MS))} s`;
  if (ms < 2 * HOUR_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  if (ms < 2 * DAY_MS) return `${Math.round(ms / HOUR_MS)} h`;
  return `${Math.round(ms / DAY_MS)} d`;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };
const DURATION = /^(?:\d{1,9}(?:\.\d{1,3})?[smhd]){1,4}$/;

/**
 * Parses a duration in Go's format (`1h30m`, `90m`, `3600s`, `1.5h`), also with days (`30d`), or as plain seconds, like doctl's
 * `--expiry-seconds`. Returns whole seconds, or undefined for other text and for fractions of a second.
 */
export function parseDuration(text: string): number | undefined {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  if (!DURATION.test(text)) return undefined;
  let ms = 0;
  for (const [, count, unit = ""] of text.matchAll(/([\d.]+)([smhd])/g)) {
    ms += Number(count) * (UNIT_MS[unit] ?? 0);
  }
  return Number.isInteger(ms / SECOND_MS) ? ms / SECOND_MS : undefined;
}
