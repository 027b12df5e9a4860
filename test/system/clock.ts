import { existsSync } from "node:fs";
import type { Environment } from "../support/lab/run.ts";

/** Where Debian's package faketime puts it. */
const LIBRARIES = [
  "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
  "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
];

/** Why the clock cannot be set for one process alone, or undefined where it can. */
export function explainNoFakeTime(): string | undefined {
  return library() === undefined ? "missing here: libfaketime (package faketime)" : undefined;
}

/** Environment of a process whose wall clock is off by so much: "+46m", "-365d". Its children inherit it. */
export function at(offset: string): Environment {
  return {
    LD_PRELOAD: library() ?? "",
    FAKETIME: offset,
    // As in the world: only the wall clock can be set.
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
}

const library = (): string | undefined => LIBRARIES.find((path) => existsSync(path));
