import { existsSync } from "node:fs";
import type { Environment } from "../support/lab/run.ts";

/** Where Debian's package faketime puts it. */
const LIBRARIES = [
  "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
  "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
];

/** Returns why one process cannot have its own clock, or undefined. */
export function explainNoFakeTime(): string | undefined {
  return library() === undefined ? "missing here: libfaketime (package faketime)" : undefined;
}

/** Returns the environment of a process whose wall clock is off by `offset` ("+46m", "-365d"). Its children inherit it. */
export function at(offset: string): Environment {
  return {
    LD_PRELOAD: library() ?? "",
    FAKETIME: offset,
    // As on a real machine, only the wall clock changes.
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
}

const library = (): string | undefined => LIBRARIES.find((path) => existsSync(path));
