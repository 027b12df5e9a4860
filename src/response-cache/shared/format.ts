/**
 * What a file with a finished answer looks like, and when it may be given. Shared by the launcher and the full program.
 *
 *     docr-warm-1 NOT-BEFORE UNTIL UPTIME-FROM UPTIME-UNTIL
 *     {"ServerURL":…,"Username":…,"Secret":…}
 *
 * Times are whole milliseconds: two of the wall clock since the epoch, two of the machine's uptime. They end with half
 * the credential's life, because from then on the full program must renew it.
 */

/** When an answer may be given. */
export interface ValidityTimes {
  readonly notBefore: number;
  readonly until: number;
  readonly uptimeFrom: number;
  readonly uptimeUntil: number;
}

const MAGIC = "docr-warm-1";
/** Half of the longest life that can be asked for is 15 days. */
const LONGEST_MS = 16 * 24 * 3600 * 1000;
/** A file is one answer; the longest that there can be is far below. Characters. */
export const RESPONSE_LIMIT = 16384;

export function encodeCachedResponse(times: ValidityTimes, answer: string): string {
  return (
    MAGIC +
    " " +
    String(times.notBefore) +
    " " +
    String(times.until) +
    " " +
    String(times.uptimeFrom) +
    " " +
    String(times.uptimeUntil) +
    "\n" +
    answer
  );
}

/** The answer, whole with its line break; empty where the file is not one of ours, or not for this moment. */
export function openCachedResponse(text: string, now: number, uptime: number): string {
  const lineEnd = text.indexOf("\n");
  if (lineEnd < 0 || text.length > RESPONSE_LIMIT) return "";
  const words = text.slice(0, lineEnd).split(" ");
  if (words.length !== 5 || words[0] !== MAGIC) return "";
  const notBefore = wholeNumber(words[1] ?? "");
  const until = wholeNumber(words[2] ?? "");
  const uptimeFrom = wholeNumber(words[3] ?? "");
  const uptimeUntil = wholeNumber(words[4] ?? "");
  if (notBefore < 0 || until < 0 || uptimeFrom < 0 || uptimeUntil < 0) return "";
  // Said so that a clock that is not a number is outside too.
  if (!(now >= notBefore && now < until) || until - notBefore > LONGEST_MS) return "";
  if (!(uptime >= uptimeFrom && uptime < uptimeUntil) || uptimeUntil - uptimeFrom > LONGEST_MS) return "";
  const answer = text.slice(lineEnd + 1);
  // A file that was cut short has no line break at its end.
  return answer.startsWith('{"ServerURL":') && answer.endsWith('"}\n') ? answer : "";
}

/** By hand: "1e3", " 5" and "0x5" are no times. -1 where the text is not a whole number. */
function wholeNumber(text: string): number {
  if (text.length < 1 || text.length > 15) return -1;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
