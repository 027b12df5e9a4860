/** For how long a client may take to send its request and close stdin, in milliseconds. */
export const INPUT_PATIENCE_MS = 8_000;

/** What is said then. Shared by the door and the full program, which adds what to do. */
export const LATE_INPUT = "stdin was not closed within 8 s";
export const LATE_INPUT_HINT = "close it after the request";

/** For the work on an answer, in milliseconds: with the input's time less than the 30 s of a whole answer. */
export const ANSWER_PATIENCE_MS = 21_000;

/** Upstream helpers refuse a line of 64 KiB or more (Go's bufio.Scanner); a pipe on Linux holds as much. Bytes. */
export const INPUT_LIMIT = 65_536;
