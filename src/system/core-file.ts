import { writeFileSync } from "node:fs";

/**
 * Keeps the memory of this process and of its children out of core files (Linux). A core file then contains no secret. Best effort: other
 * systems, and containers without /proc, have no such switch.
 */
export function emptyCoreFiles(): void {
  try {
    writeFileSync("/proc/self/coredump_filter", "0", { flag: "r+" });
  } catch {
    // Without the switch, the system's limit for core files counts.
  }
}
