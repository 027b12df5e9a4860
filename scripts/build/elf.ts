import { readFileSync } from "node:fs";
import type { Target } from "./targets.ts";

/** `e_machine` in the header of an ELF file (https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html). */
const MACHINES: Readonly<Record<Target["arch"], number>> = { x64: 62, arm64: 183 };
const MACHINE_OFFSET = 18;

/** Throws if the file is not a program or library for this processor. Some prebuilt files on npm are for another one. */
export function checkMachine(path: string, arch: Target["arch"]): void {
  const header = readFileSync(path).subarray(0, MACHINE_OFFSET + 2);
  const isElf = header.subarray(0, 4).toString("latin1") === "\u007fELF";
  if (isElf && header.readUInt16LE(MACHINE_OFFSET) === MACHINES[arch]) return;
  throw new Error(`${path} is not an ELF file for ${arch}`);
}
