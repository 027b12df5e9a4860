import { readdirSync } from "node:fs";
import { HelperError } from "../core/errors.ts";
import type { SecretStore } from "../core/secret-store.ts";
import { Secret } from "../core/secret.ts";
import {
  removeFile,
  removeOldFiles,
  removeUnfinished,
  replaceAtomically,
  unfinishedPath,
} from "../system/atomic-write.ts";
import { errorCodeOf } from "../system/errno.ts";
import { isPrivateFolder, makePrivateFolder, readPrivateFile } from "../system/private-folder.ts";

const NAME = /^[a-z0-9-]{1,100}$/;
/** Locks and notes for one cache key. Every API token and setting has its own key, so docr must remove old ones. */
const PER_KEY =
  /^(?:turn|failure|refusal|registry|renewal|other|fallback)-[0-9a-f]{64}(?:-of-[0-9a-f]{16})?$/;
/**
 * The longest lifetime of a credential. No process uses a key's lock or note for longer. If the clock is set forward, docr may
 * remove a lock that is in use, which costs one more mint.
 */
const MAX_AGE_MS = 30 * 24 * 3600 * 1000;

/**
 * A store of files in a folder that only this user can enter. Every read follows no symlink and checks owner, mode and type after
 * opening the file. A file that fails a check counts as missing, and the next write replaces it. `uniqueSuffix` returns a name
 * that starts with the process id.
 */
export function createPrivateFiles(
  folder: string,
  uid: number | undefined,
  uniqueSuffix: () => string,
  isRunning: (pid: number) => boolean,
): SecretStore {
  const readName = (name: string): Secret | undefined => {
    if (!isPrivateFolder(folder, uid)) return undefined;
    const text = readPrivateFile(`${folder}/${name}`, uid);
    return text === undefined ? undefined : new Secret(text);
  };
  const attempt = <T>(what: string, work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      const code = errorCodeOf(cause) ?? "unknown reason";
      throw new HelperError("keychain-failed", `files in ${folder} cannot be ${what} (${code})`, {
        cause,
        hint: "check the folder's permissions and the free space",
      });
    }
  };
  return {
    async read(name) {
      return readName(name);
    },
    async write(name, value) {
      if (!NAME.test(name)) throw new TypeError("not a name for a private file");
      if (!makePrivateFolder(folder, uid)) {
        throw new HelperError(
          "keychain-failed",
          "the folder for cached credentials is not private to this user",
          {
            hint: "check the folder's owner and permissions",
          },
        );
      }
      attempt("written", () => {
        removeUnfinished(folder, isRunning);
        removeOldFiles(folder, PER_KEY, MAX_AGE_MS);
        const temporary = unfinishedPath(folder, uniqueSuffix());
        replaceAtomically(`${folder}/${name}`, value.reveal(), { temporary });
      });
    },
    async erase(name) {
      return isPrivateFolder(folder, uid) && attempt("erased", () => removeFile(`${folder}/${name}`));
    },
    async entries(...prefixes) {
      const found = new Map<string, Secret>();
      if (!isPrivateFolder(folder, uid)) return found;
      for (const name of attempt("listed", () => readdirSync(folder))) {
        const isWanted = NAME.test(name) && prefixes.some((prefix) => name.startsWith(prefix));
        const value = isWanted ? readName(name) : undefined;
        if (value) found.set(name, value);
      }
      return found;
    },
  };
}
