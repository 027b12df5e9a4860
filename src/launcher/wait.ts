// If several launchers find no cached response at the same time, one becomes docr and the others wait for its response.
import { openPrivateFolder } from "./files.ts";
import { closeDescriptor, keepOnExec, sleep, tryLock } from "./libc.ts";

/** docr itself takes longer than that to create a credential. */
const FIRST_MS = 25;
/** Short at first, for an API nearby: the last of many launchers sees the response one interval late. */
const SHORT_MS = 4;
const SHORT_ATTEMPTS = 20;
const INTERVAL_MS = 10;
const ATTEMPTS = 210; // 2 s in all

/**
 * Locks the folder. If this succeeds, returns undefined: the caller becomes docr, which holds the lock until it ends. Node does not
 * pass the descriptor on to the programs that docr starts. If another process holds the lock, waits up to 2 s for the response.
 * Returns undefined if that process ends without one.
 */
export function waitForResponse(folder: string, findResponse: () => string | undefined): string | undefined {
  const lock = openPrivateFolder(folder);
  if (lock === undefined) return undefined;
  let isLocked = tryLock(lock);
  if (isLocked && keepOnExec(lock)) return undefined;
  let response: string | undefined;
  for (let attempt = 0; attempt < ATTEMPTS && response === undefined && !isLocked; attempt++) {
    sleep(pauseBefore(attempt));
    isLocked = tryLock(lock);
    // Look after trying to lock: the other process publishes its response before it releases the lock.
    response = findResponse();
  }
  closeDescriptor(lock); // Releases the lock: all launchers that waited without success may start docr at once.
  return response;
}

function pauseBefore(attempt: number): number {
  if (attempt === 0) return FIRST_MS;
  return attempt < SHORT_ATTEMPTS ? SHORT_MS : INTERVAL_MS;
}
