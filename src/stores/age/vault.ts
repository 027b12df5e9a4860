import { dirname, join } from "node:path";
import { Decrypter, Encrypter, identityToRecipient } from "age-encryption";
import { HelperError } from "../../core/errors.ts";
import { parseJsonObject } from "../../core/json.ts";
import { configHome, dataHome, type Machine } from "../../core/machine.ts";
import type { Locks } from "../../core/locks.ts";
import type { SecretStore } from "../../core/secret-store.ts";
import { Secret } from "../../core/secret.ts";
import { removeUnfinished, replaceAtomically, unfinishedPath } from "../../system/atomic-write.ts";
import { errorCodeOf, isMissing } from "../../system/errno.ts";
import { makeFolders } from "../../system/make-folders.ts";
import { isOfAnotherUser } from "../../system/owners.ts";
import { readRegularFile } from "../../system/regular-file.ts";
import { openIdentity } from "./identity.ts";

/** KiB. 1,000 logins take less than 1 MiB. */
const LARGEST_KIB = 16 * 1024;
/** How long to wait for other processes' writes. Each takes about 10 ms. */
const LOCK_TIMEOUT_MS = 10_000;

export interface AgeVaultOptions {
  readonly machine: Machine;
  /** Without the lock, one of two concurrent writes would be lost. */
  readonly locks: Locks;
  readonly uniqueName: () => string;
  readonly isRunning: (pid: number) => boolean;
}

/**
 * A file encrypted with age (https://age-encryption.org/v1), for machines without a keychain. It contains one JSON object of names
 * and values; `age -d -i IDENTITY vault.age` prints it. docr never overwrites a vault that it cannot decrypt.
 */
export function createAgeVault(options: AgeVaultOptions): SecretStore {
  const { machine, locks, uniqueName, isRunning } = options;
  const path = join(vaultFolder(machine), "vault.age");
  const identityPath =
    machine.env["DOCR_AGE_IDENTITY_FILE"] || join(homeOf(configHome(machine)), "docr", "age-identity.txt");

  const read = async (): Promise<Map<string, Secret>> => {
    const encrypted = readIfExists(path);
    if (!encrypted) return new Map();
    const identity = await openIdentity(identityPath, machine.uid);
    const values = await decrypt(encrypted, identity);
    if (values) return values;
    throw new HelperError("vault-closed", "the vault does not open with this age identity, or is damaged", {
      hint: `check ${identityPath} and ${path}; nothing was changed`,
    });
  };
  /** Writes the vault if `edit` returns true. Returns that value, or "lost" if another process took the lock before. */
  const tryChange = async (edit: (values: Map<string, Secret>) => boolean): Promise<boolean | "lost"> => {
    for (const folder of [dirname(path), dirname(identityPath)]) requireOwn(folder, machine.uid);
    using lock = await locks.acquire("vault", LOCK_TIMEOUT_MS);
    if (!lock) {
      throw new HelperError(
        "vault-closed",
        "another process has locked the vault, or its folder is not writable",
        {
          hint: `check ${dirname(path)}, and try again; nothing was changed`,
        },
      );
    }
    // A process that lost the lock cannot write any more without its unfinished file. Only the holder has one in this folder.
    removeUnfinished(dirname(path), () => false);
    removeUnfinished(dirname(identityPath), isRunning);
    const values = await read();
    if (!edit(values)) return false;
    const identity = await openIdentity(identityPath, machine.uid, { unique: uniqueName() });
    const isWritten = writeVault(path, await encrypt(values, identity), uniqueName(), () => lock.isHeld());
    return isWritten || "lost";
  };
  const change = async (edit: (values: Map<string, Secret>) => boolean): Promise<boolean> => {
    for (;;) {
      const outcome = await tryChange(edit);
      if (outcome !== "lost") return outcome;
    }
  };
  return {
    async read(name) {
      return (await read()).get(name);
    },
    async write(name, value) {
      await change((values) => {
        values.set(name, value);
        return true;
      });
    },
    erase: (name) => change((values) => values.delete(name)),
    async entries(...prefixes) {
      return new Map(
        [...(await read())].filter(([name]) => prefixes.some((prefix) => name.startsWith(prefix))),
      );
    },
  };
}

/** Root must create no vault in another user's folder, because that user could not open it. */
function requireOwn(folder: string, uid: number | undefined): void {
  if (!isOfAnotherUser(folder, uid)) return;
  throw new HelperError(
    "vault-closed",
    "the folder of the vault or of its identity belongs to another user",
    {
      hint: `check the owner of ${folder}; run docr as that user, without sudo; nothing was changed`,
    },
  );
}

/** The folder of the vault and of its lock. */
export function vaultFolder(machine: Machine): string {
  return join(homeOf(dataHome(machine)), "docr");
}

async function encrypt(values: ReadonlyMap<string, Secret>, identity: Secret): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identity.reveal()));
  const plain = Object.fromEntries([...values].map(([name, value]) => [name, value.reveal()]));
  return encrypter.encrypt(JSON.stringify(plain));
}

/** Returns undefined if this identity cannot decrypt the vault, or if the vault is damaged. */
async function decrypt(encrypted: Uint8Array, identity: Secret): Promise<Map<string, Secret> | undefined> {
  const text = await decryptText(encrypted, identity);
  const fields = text === undefined ? undefined : parseJsonObject(text);
  if (!fields) return undefined;
  const values = new Map<string, Secret>();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === "string") values.set(name, new Secret(value));
  }
  return values;
}

async function decryptText(encrypted: Uint8Array, identity: Secret): Promise<string | undefined> {
  try {
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity.reveal());
    return await decrypter.decrypt(encrypted, "text");
  } catch {
    return undefined;
  }
}

function readIfExists(path: string): Uint8Array | undefined {
  const file = readRegularFile(path, { limitKib: LARGEST_KIB });
  if (file.kind === "content") return file.bytes;
  if (file.kind === "absent") return undefined;
  throw new HelperError("vault-closed", `the vault cannot be read (${file.reason})`, {
    cause: file.cause,
    hint: `check ${path}`,
  });
}

/** Returns false and changes nothing if this process no longer holds the lock. */
function writeVault(path: string, bytes: Uint8Array, unique: string, isHeld: () => boolean): boolean {
  const folder = dirname(path);
  const temporary = unfinishedPath(folder, unique);
  try {
    makeFolders(folder);
    return replaceAtomically(path, bytes, { temporary, isDurable: true, mayReplace: isHeld });
  } catch (cause) {
    if (isMissing(cause) && !isHeld()) return false;
    // Linux replaces no mount point, such as a file that `docker run --volume` mounts.
    if (errorCodeOf(cause) === "EBUSY") {
      throw new HelperError("vault-closed", "the vault is a mount point or in use, and cannot be replaced", {
        cause,
        hint: `mount ${folder} instead of the file; nothing was changed`,
      });
    }
    throw new HelperError("vault-closed", "the vault cannot be written", {
      cause,
      hint: `check ${path} and the space on its disk; nothing was changed`,
    });
  }
}

function homeOf(directory: string | undefined): string {
  if (directory !== undefined) return directory;
  throw new HelperError("bad-setting", "DOCR_STORE=file requires HOME to be set");
}
