import { existsSync } from "node:fs";
import type { Environment } from "../support/lab/run.ts";

/** Where Debian's package faketime puts it. */
const LIBRARIES = [
  "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
  "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
];

/** Returns why the wall clock of one process cannot be set, or undefined. */
export function explainNoFakeTime(): string | undefined {
  return findLibrary() === undefined ? "missing here: libfaketime (package faketime)" : undefined;
}

/** The environment of a process whose wall clock is off by this much: "+46m", "-365d". Child processes inherit it. */
export function at(offset: string): Environment {
  return {
    LD_PRELOAD: findLibrary() ?? "",
    FAKETIME: offset,
    // A user can set only the wall clock.
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
}

const findLibrary = (): string | undefined => LIBRARIES.find((path) => existsSync(path));
