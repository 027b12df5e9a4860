import { closeSync, fstatSync, readSync } from "node:fs";
import { vi } from "vitest";

/**
 * Defines the C functions of src/launcher/ffi.json that read files, so that the launcher's own code runs in this process
 * as the user with this id. Stub them out again with `vi.unstubAllGlobals()`.
 */
export function stubLibc(uid: number): void {
  vi.stubGlobal("sysGetuid", () => uid);
  vi.stubGlobal("sysPoll", () => 1);
  vi.stubGlobal("sysRead", (fd: number, into: Uint8Array) => orFailure(() => readSync(fd, into)));
  vi.stubGlobal("sysClose", (fd: number) => orFailure(() => (closeSync(fd), 0)));
  vi.stubGlobal("sysFstat", (fd: number, into: Uint8Array) =>
    orFailure(() => {
      const stats = fstatSync(fd);
      const struct = new DataView(into.buffer, into.byteOffset, into.byteLength); // struct stat on linux-x64
      struct.setUint32(24, stats.mode, true);
      struct.setUint32(28, stats.uid, true);
      return 0;
    }),
  );
}

function orFailure(callSystem: () => number): number {
  try {
    return callSystem();
  } catch {
    return -1;
  }
}
