import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { HelperError } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";

const IDENTITY = /^AGE-SECRET-KEY-1[0-9A-Z]+$/m;

/**
 * The age identity in the file, as `age-keygen` writes them. Where there is none, one is made (0600) if `makeAs` gives a
 * name for it that no other process has; without, a new one would open nothing. Throws `vault-closed` where it cannot
 * be read or others can read it.
 */
export async function openIdentity(
  path: string,
  uid: number | undefined,
  options: { readonly makeAs?: string } = {},
): Promise<Secret> {
  const there = readIdentity(path, uid);
  if (there) return there;
  if (options.makeAs === undefined) {
    throw new HelperError("vault-closed", "the age identity of the vault is gone");
  }
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const text = `# created: ${new Date().toISOString()}\n# public key: ${recipient}\n${identity}\n`;
  makeIdentity(path, text, options.makeAs);
  const made = readIdentity(path, uid);
  if (made) return made;
  throw new HelperError("vault-closed", "the age identity cannot be made");
}

function readIdentity(path: string, uid: number | undefined): Secret | undefined {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new HelperError("vault-closed", "the age identity cannot be read", { cause });
  }
  try {
    const stats = fstatSync(fd);
    if (uid !== undefined && ((stats.uid !== uid && stats.uid !== 0) || (stats.mode & 0o077) !== 0)) {
      throw new HelperError("vault-closed", "others can read the age identity; chmod 600 it");
    }
    const found = stats.isFile() ? IDENTITY.exec(readFileSync(fd, "utf8")) : null;
    if (found) return new Secret(found[0]);
    throw new HelperError("vault-closed", "the age identity file holds no X25519 identity");
  } finally {
    closeSync(fd);
  }
}

/** Whole, and never over one that another process made first: link fails where the name is taken. */
function makeIdentity(path: string, text: string, unique: string): void {
  const temporary = join(dirname(path), `.new-${unique}`);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(temporary, text, { mode: 0o600, flag: "wx" });
    linkSync(temporary, path);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") return;
    throw new HelperError("vault-closed", "the age identity cannot be written", { cause });
  } finally {
    rmSync(temporary, { force: true });
  }
}
