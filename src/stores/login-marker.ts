import { closeSync, openSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import type { SecretStore } from "../core/secret-store.ts";
import { makeFolders } from "../system/make-folders.ts";
import { giveToFolderOwner } from "../system/owners.ts";
import { isAbsent } from "../system/regular-file.ts";

/**
 * An empty file that exists while docr's store may contain logins of other registries. With a fallback helper, `get` checks this
 * file instead of opening the store, which may be locked or slow.
 */
export interface LoginMarker {
  readonly exists: () => boolean;
  /** Best effort: without the file, docr asks only the fallback helper. */
  set(): Promise<void>;
  clear(): void;
}

/** `path` is undefined without a home directory. `onCreated` runs each time this process creates the file. */
export function createLoginMarker(path: string | undefined, onCreated: () => Promise<void>): LoginMarker {
  return {
    exists: () => path !== undefined && !isAbsent(path),
    async set() {
      if (path === undefined || !isAbsent(path)) return;
      try {
        makeFolders(dirname(path));
        // A new file, and none behind a link.
        const fd = openSync(path, "wx", 0o600);
        giveToFolderOwner(fd, path);
        closeSync(fd);
        await onCreated();
      } catch {
        // The home directory is not writable.
      }
    },
    clear() {
      try {
        if (path !== undefined) unlinkSync(path);
      } catch {
        // Another process removed it first.
      }
    },
  };
}

/**
 * Wraps a store: sets the marker when a login of another registry is stored or listed, and clears it when none is listed. A locked
 * part of the store may contain logins, so the marker then stays.
 */
export function markingLogins(
  store: SecretStore,
  marker: LoginMarker,
  prefix: string,
  isMarked: (name: string) => boolean,
): SecretStore {
  const hasMarked = (names: Iterable<string>): boolean => [...names].some(isMarked);
  return {
    ...store,
    async write(name, value) {
      if (!isMarked(name)) return store.write(name, value);
      await marker.set();
      await store.write(name, value);
      // Set it again: another process may have listed the store and cleared the marker in the meantime.
      await marker.set();
    },
    async entries(...prefixes) {
      const found = await store.entries(...prefixes);
      if (hasMarked(found.keys())) await marker.set();
      else if (!found.incomplete && prefixes.includes(prefix) && marker.exists()) {
        marker.clear();
        // Another process may have stored a login before the marker was cleared.
        const again = await store.entries(prefix);
        if (hasMarked(again.keys()) || again.incomplete) await marker.set();
      }
      return found;
    },
  };
}
