import type { Stats } from "node:fs";
import { dirname } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { HelperError } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import { createAtomically, unfinishedPath } from "../../system/atomic-write.ts";
import { makeFolders } from "../../system/make-folders.ts";
import { readTextIfPresent } from "../../system/regular-file.ts";

/** KiB. An identity file is a few lines. */
const LARGEST_KIB = 64;
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
  const check = (stats: Stats): undefined => {
    if (uid === undefined || ((stats.uid === uid || stats.uid === 0) && (stats.mode & 0o077) === 0)) return;
    throw new HelperError("vault-closed", "other users can read the age identity", {
      hint: `run chmod 600 ${path}`,
    });
  };
  const text = readTextIfPresent(path, { limitKib: LARGEST_KIB, check }, (reason, cause) =>
    closed(`the age identity cannot be read (${reason})`, path, cause),
  );
  if (text === undefined) return undefined;
  const found = IDENTITY.exec(text);
  if (found) return new Secret(found[0]);
  throw closed("the age identity file contains no X25519 identity", path);
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
