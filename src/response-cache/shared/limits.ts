/** Limits on a request. The launcher and docr compile this same file. */

/** Time for a client to send its request and close stdin, in milliseconds. */
export const INPUT_TIMEOUT_MS = 8_000;
export const INPUT_TIMEOUT_MESSAGE = "stdin was not closed within 8 s";
export const INPUT_TIMEOUT_HINT = "close stdin after the request";

/** Time for docr's work on a response, in milliseconds. Together with the input's time it is below 30 s. */
export const RESPONSE_TIMEOUT_MS = 21_000;

/** Longer requests are rejected, as by Go's bufio.Scanner. A pipe on Linux holds exactly this many bytes. */
export const INPUT_LIMIT_BYTES = 65_536;
