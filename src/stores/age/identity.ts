import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { HelperError } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import { createAtomically, unfinishedPath } from "../../system/atomic-write.ts";
import { isMissing } from "../../system/errno.ts";
import { makeFolders } from "../../system/make-folders.ts";

const IDENTITY = /^AGE-SECRET-KEY-1[0-9A-Z]+$/m;

/**
 * Reads the age identity from the file, in the format of `age-keygen`. If the file is missing and `unique` is given, creates it
 * with mode 0600; `unique` names the unfinished file. Without `unique`, a missing file is an error, because a new identity cannot
 * open an existing vault. Throws `vault-closed` if the identity cannot be read or created, or if other users can read it.
 */
export async function openIdentity(
  path: string,
  uid: number | undefined,
  options: { readonly unique?: string } = {},
): Promise<Secret> {
  const existing = readIdentity(path, uid);
  if (existing) return existing;
  if (options.unique === undefined) {
    throw closed("the age identity of the vault is missing", path);
  }
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const text = `# created: ${new Date().toISOString()}\n# public key: ${recipient}\n${identity}\n`;
  writeIdentity(path, text, options.unique);
  // Read it again: another process may have created its own identity first.
  const created = readIdentity(path, uid);
  if (created) return created;
  throw closed("the age identity cannot be created", path);
}

function readIdentity(path: string, uid: number | undefined): Secret | undefined {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw closed("the age identity cannot be read", path, cause);
  }
  try {
    const stats = fstatSync(fd);
    if (uid !== undefined && ((stats.uid !== uid && stats.uid !== 0) || (stats.mode & 0o077) !== 0)) {
      throw new HelperError("vault-closed", "other users can read the age identity", {
        hint: `run chmod 600 ${path}`,
      });
    }
    const found = stats.isFile() ? IDENTITY.exec(readFileSync(fd, "utf8")) : null;
    if (found) return new Secret(found[0]);
    throw closed("the age identity file contains no X25519 identity", path);
  } finally {
    closeSync(fd);
  }
}

function writeIdentity(path: string, text: string, unique: string): void {
  const folder = dirname(path);
  try {
    makeFolders(folder);
    createAtomically(path, text, { temporary: unfinishedPath(folder, unique) });
  } catch (cause) {
    throw closed("the age identity cannot be written", path, cause);
  }
}

function closed(message: string, path: string, cause?: unknown): HelperError {
  return new HelperError("vault-closed", message, {
    cause,
    hint: `check ${path}; the vault was not changed`,
  });
}
