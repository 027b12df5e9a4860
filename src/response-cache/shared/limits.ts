/** For how long a client may take to send its request and close stdin, in milliseconds. */
export const INPUT_TIMEOUT_MS = 8_000;

/** What is said then. Shared by the launcher and the full program, which adds what to do. */
export const INPUT_TIMEOUT_MESSAGE = "stdin was not closed within 8 s";
export const INPUT_TIMEOUT_HINT = "close it after the request";

/** For the work on an answer, in milliseconds: with the input's time less than the 30 s of a whole answer. */
export const RESPONSE_TIMEOUT_MS = 21_000;

/** Upstream helpers refuse a line of 64 KiB or more (Go's bufio.Scanner); a pipe on Linux holds as much. Bytes. */
export const INPUT_LIMIT_BYTES = 65_536;
