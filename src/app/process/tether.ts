import { statSync } from "node:fs";
import { TETHER_FLAG } from "../../response-cache/shared/helper-flag.ts";

/** Bytes. Far above the launcher's size and far below docr's. */
const LARGEST_LAUNCHER = 5_000_000;

/**
 * The words before a command that make the kernel end it with docr, also if docr is killed: the launcher sets that up. Empty without a
 * launcher.
 */
export function tetherTo(pid: number, launcher: string, platform: string): readonly string[] {
  if (platform !== "linux") return [];
  try {
    // Where no launcher could be built, docr has this name too.
    return statSync(launcher).size < LARGEST_LAUNCHER ? [launcher, TETHER_FLAG, String(pid)] : [];
  } catch {
    return [];
  }
}
