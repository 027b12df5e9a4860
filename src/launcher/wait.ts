// If several launchers find no cached response at the same time, one starts docr and the others wait for its response.
import { openPrivateFolder } from "./files.ts";
import { closeDescriptor, closeOnExec, sleep, tryLock } from "./libc.ts";

const INTERVAL_MS = 10;
const ATTEMPTS = 200; // 2 s

/**
 * Locks the folder. If this succeeds, returns undefined: the caller starts docr, and the OS releases the lock when this process
 * ends. If another process holds the lock, waits up to 2 s for the response. Returns undefined if that process ends without one.
 */
export function waitForResponse(folder: string, findResponse: () => string | undefined): string | undefined {
  const lock = openPrivateFolder(folder);
  if (lock === undefined) return undefined;
  let isLocked = closeOnExec(lock) && tryLock(lock);
  if (isLocked) return undefined; // Still holds the lock.
  let response: string | undefined;
  for (let attempt = 0; attempt < ATTEMPTS && response === undefined && !isLocked; attempt++) {
    sleep(INTERVAL_MS);
    isLocked = tryLock(lock);
    // Look after trying to lock: the other process publishes its response before it releases the lock.
    response = findResponse();
  }
  closeDescriptor(lock); // Releases the lock: all launchers that waited without success may start docr at once.
  return response;
}
