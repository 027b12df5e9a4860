import { HelperError } from "../../core/errors.ts";
import { parseDuration } from "../../terminal/durations.ts";

const SHORTEST_SECONDS = 60;
const LONGEST_SECONDS = 365 * 24 * 3600;

/** Parses the value of `--expiry` to seconds. Throws `bad-arguments`, also for 0, which the API treats as "never expires". */
export function parseExpiry(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === 0) {
    throw new HelperError("bad-arguments", "--expiry must not be 0", {
      hint: "use --never-expire for a credential that never expires",
    });
  }
  if (seconds !== undefined && seconds >= SHORTEST_SECONDS && seconds <= LONGEST_SECONDS) return seconds;
  throw new HelperError("bad-arguments", "--expiry must be a duration from 60s to 365d", {
    hint: "write it as 1h, 90m, 1h30m, 30d or 3600",
  });
}
