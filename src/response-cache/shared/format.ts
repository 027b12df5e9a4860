/**
 * The file format of a cached response, and when the response is valid. The launcher and docr both compile this file.
 *
 *     docr-warm-2 NOT-BEFORE UNTIL UPTIME-FROM UPTIME-UNTIL
 *     {"Username":…,"Secret":…}
 *
 * The response to a client also has the address in the client's spelling, in the field ServerURL before the other two.
 *
 * The times are whole milliseconds: two of the wall clock since the epoch, two of the machine's uptime. The response is valid
 * for the first half of the credential's lifetime. After that, docr refreshes the credential.
 */

/** When a cached response is valid, in milliseconds. `until` and `uptimeUntil` are exclusive. */
export interface ValidityTimes {
  readonly notBefore: number;
  readonly until: number;
  readonly uptimeFrom: number;
  readonly uptimeUntil: number;
}

const MAGIC = "docr-warm-2";
/** Half of the longest lifetime that the API grants is 15 days. */
const LONGEST_MS = 16 * 24 * 3600 * 1000;
/** The longest file, in characters. A real one is far shorter. */
export const RESPONSE_LIMIT = 16384;

/** Returns the file's text. `login` is the JSON object with user name and secret, and a line break. */
export function encodeCachedResponse(times: ValidityTimes, login: string): string {
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
    login
  );
}

/**
 * Returns the response to a `get` of the address, with its line break. The address must need no escapes in JSON (`registryIn`). Returns
 * undefined if the text does not have this format, or if the response is not valid at `now` and `uptime` (milliseconds; NaN means
 * unknown and is never valid).
 */
export function openCachedResponse(
  text: string,
  address: string,
  now: number,
  uptime: number,
): string | undefined {
  const lineEnd = text.indexOf("\n");
  if (lineEnd < 0 || text.length > RESPONSE_LIMIT) return undefined;
  const words = text.slice(0, lineEnd).split(" ");
  if (words.length !== 5 || words[0] !== MAGIC) return undefined;
  const notBefore = parseWholeNumber(words[1] ?? "");
  const until = parseWholeNumber(words[2] ?? "");
  const uptimeFrom = parseWholeNumber(words[3] ?? "");
  const uptimeUntil = parseWholeNumber(words[4] ?? "");
  if (notBefore < 0 || until < 0 || uptimeFrom < 0 || uptimeUntil < 0) return undefined;
  if (!isWithin(now, notBefore, until) || !isWithin(uptime, uptimeFrom, uptimeUntil)) return undefined;
  const login = text.slice(lineEnd + 1);
  // A truncated file does not end with a line break.
  if (!login.startsWith('{"Username":"') || !login.endsWith('"}\n')) return undefined;
  return '{"ServerURL":"' + address + '",' + login.slice(1);
}

/** False for NaN, and for a period that is longer than docr ever writes. */
function isWithin(time: number, from: number, until: number): boolean {
  return time >= from && time < until && until - from <= LONGEST_MS;
}

/** Returns -1 if the text is not a whole number. Number() would accept "1e3", " 5" and "0x5". */
function parseWholeNumber(text: string): number {
  if (text.length < 1 || text.length > 15) return -1;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
