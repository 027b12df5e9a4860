/** Limits on a request. The launcher and docr both compile this file. */

/** Time for a client to send its request and close stdin. */
export const INPUT_TIMEOUT_MS = 8_000;
export const INPUT_TIMEOUT_MESSAGE = "stdin was not closed within 8 s";
export const INPUT_TIMEOUT_HINT = "close stdin after the request";

/** Time for docr to produce the response. Together with INPUT_TIMEOUT_MS it stays below 30 s. */
export const RESPONSE_TIMEOUT_MS = 21_000;

/** docr rejects longer requests, like Go's bufio.Scanner. This is also the capacity of a pipe on Linux. */
export const INPUT_LIMIT_BYTES = 65_536;

/** Time for a client to read the response. A blocking stdout has no limit. */
export const OUTPUT_TIMEOUT_MS = 8_000;
export const OUTPUT_FAILED_MESSAGE = "could not write the whole response to stdout";
