import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Decrypter, Encrypter, identityToRecipient } from "age-encryption";
import { configHome, dataHome, type Machine } from "../../core/machine.ts";
import { HelperError } from "../../core/errors.ts";
import type { Turns } from "../../credentials/ports.ts";
import type { SecretStore } from "../../core/secret-store.ts";
import { Secret } from "../../core/secret.ts";
import {
  isAbandoned,
  removeLeftovers,
  replaceAtomically,
  unfinishedPath,
} from "../../system/atomic-write.ts";
import { isMissing } from "../../system/errno.ts";
import { openIdentity } from "./identity.ts";

/** For another process's write, in milliseconds: each takes some tens. */
const PATIENCE_MS = 10_000;

export interface AgeVaultOptions {
  readonly machine: Machine;
  /** Writes go one after another, or one would undo what another wrote. */
  readonly turns: Turns;
  readonly uniqueName: () => string;
  readonly isRunning: (pid: number) => boolean;
}

/**
 * A file that age encrypts (https://age-encryption.org/v1), for machines without a keychain: one JSON object of names and
 * values, which `age -d -i IDENTITY vault.age` shows. A vault that does not open is never written over.
 */
export function createAgeVault(options: AgeVaultOptions): SecretStore {
  const { machine, turns, uniqueName, isRunning } = options;
  const path = join(vaultFolder(machine), "vault.age");
  const identityPath =
    machine.env["DOCR_AGE_IDENTITY_FILE"] || join(homeOf(configHome(machine)), "docr", "age-identity.txt");

  const read = async (): Promise<Map<string, Secret>> => {
    const sealed = readIfThere(path);
    if (!sealed) return new Map();
    const identity = await openIdentity(identityPath, machine.uid);
    return unseal(sealed, identity);
  };
  const change = async (edit: (vault: Map<string, Secret>) => boolean): Promise<boolean> => {
    const turn = await turns.take("vault", PATIENCE_MS);
    if (!turn) {
      throw new HelperError(
        "vault-closed",
        "the vault's folder cannot be written, or another process holds it",
      );
    }
    try {
      const vault = await read();
      if (!edit(vault)) return false;
      for (const folder of [dirname(path), dirname(identityPath)]) {
        removeLeftovers(folder, (name) => isAbandoned(name, isRunning));
      }
      const identity = await openIdentity(identityPath, machine.uid, { unique: uniqueName() });
      writeVault(path, await seal(vault, identity), uniqueName());
      return true;
    } finally {
      turn.end();
    }
  };
  return {
    async read(name) {
      return (await read()).get(name);
    },
    async write(name, value) {
      await change((vault) => vault.set(name, value) instanceof Map);
    },
    erase: (name) => change((vault) => vault.delete(name)),
    async entries(...prefixes) {
      return new Map(
        [...(await read())].filter(([name]) => prefixes.some((prefix) => name.startsWith(prefix))),
      );
    },
  };
}

/** Where the vault lies, and the turns at writing it. */
export function vaultFolder(machine: Machine): string {
  return join(homeOf(dataHome(machine)), "docr");
}

async function seal(vault: ReadonlyMap<string, Secret>, identity: Secret): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identity.reveal()));
  const plain = Object.fromEntries([...vault].map(([name, value]) => [name, value.reveal()]));
  return encrypter.encrypt(JSON.stringify(plain));
}

async function unseal(sealed: Uint8Array, identity: Secret): Promise<Map<string, Secret>> {
  let value: unknown;
  try {
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity.reveal());
    value = JSON.parse(await decrypter.decrypt(sealed, "text"));
  } catch {
    // No cause: a parser's message quotes what it read.
    throw new HelperError("vault-closed", "the vault does not open with this age identity, or is damaged");
  }
  const vault = new Map<string, Secret>();
  for (const [name, text] of Object.entries(value ?? {})) {
    if (typeof text === "string") vault.set(name, new Secret(text));
  }
  return vault;
}

function readIfThere(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw new HelperError("vault-closed", "the vault cannot be read", { cause });
  }
}

function writeVault(path: string, bytes: Uint8Array, unique: string): void {
  const folder = dirname(path);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    replaceAtomically(path, bytes, { temporary: unfinishedPath(folder, unique), isDurable: true });
  } catch (cause) {
    throw new HelperError("vault-closed", "the vault cannot be written", { cause });
  }
}

function homeOf(directory: string | undefined): string {
  if (directory !== undefined) return directory;
  throw new HelperError("bad-setting", "DOCR_STORE=file needs HOME to be set");
}
