// Launchers that find no cached response at the same time: one starts docr, and the others wait for its response.
import { openPrivateFolder } from "./files.ts";
import { closeDescriptor, closeOnExec, sleep, tryLock } from "./libc.ts";

const INTERVAL_MS = 10;
const ATTEMPTS = 200; // 2 s

/**
 * Locks the folder, and returns undefined: the caller starts docr, and the lock ends with this process. If another process
 * holds the lock, waits up to 2 s for the response; returns undefined if that process ends without one.
 */
export function waitForResponse(folder: string, findResponse: () => string | undefined): string | undefined {
  const lock = openPrivateFolder(folder);
  if (lock === undefined) return undefined;
  let isLocked = closeOnExec(lock) && tryLock(lock);
  if (isLocked) return undefined; // keeps the lock
  let response: string | undefined;
  for (let attempt = 0; attempt < ATTEMPTS && response === undefined && !isLocked; attempt++) {
    sleep(INTERVAL_MS);
    isLocked = tryLock(lock);
    // After the attempt to lock: the other process stores its response before it releases the lock.
    response = findResponse();
  }
  closeDescriptor(lock); // the launchers that waited in vain start docr at the same time
  return response;
}
