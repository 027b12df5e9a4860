/** For how long a client may keep stdin open after its request, in milliseconds; less than the 30 s of a whole answer. */
export const INPUT_PATIENCE_MS = 28_000;

/** What is said then, on stdout and on stderr. Shared by the door and the full program. */
export const LATE_INPUT = "stdin was not closed within 28 s; close it after the request";

/** Upstream helpers refuse a line of 64 KiB or more (Go's bufio.Scanner); a pipe on Linux holds as much. Bytes. */
export const INPUT_LIMIT = 65_536;
