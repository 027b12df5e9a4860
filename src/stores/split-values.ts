import { HelperError, isHelperError } from "../core/errors.ts";
import type { SecretStore } from "../core/secret-store.ts";
import { Secret } from "../core/secret.ts";

/** The prefix of the items that contain the parts of a long value. */
const PART = "part:";
/** The value of a long value's head item: the id and the number of its parts. */
const HEAD = /^docr-split:([0-9a-f]{16}):(\d{1,3})$/;

/**
 * Stores values of any length in a store that takes at most `limitBytes` of UTF-8 per value. Windows rejects more than 2,560
 * (CRED_MAX_CREDENTIAL_BLOB_SIZE; docker-credential-helpers#190).
 *
 * A write stores the new parts under a new id, then the head that names them, and then erases the old parts. A reader therefore
 * sees the complete old or new value. `createId` returns 16 hex digits that differ at every call.
 */
export function splitLongValues(store: SecretStore, limitBytes: number, createId: () => string): SecretStore {
  const join = async (head: Secret): Promise<Secret> => {
    const names = partNames(head);
    if (names.length === 0) return head;
    const parts: string[] = [];
    for (const name of names) {
      const part = await store.read(name);
      if (!part) throw new HelperError("keychain-damaged", "a secret in the keychain is incomplete");
      parts.push(part.reveal());
    }
    return new Secret(parts.join(""));
  };
  const eraseParts = async (head: Secret | undefined): Promise<void> => {
    for (const name of partNames(head)) await store.erase(name);
  };

  return {
    async read(name) {
      const head = await store.read(name);
      return head && join(head);
    },
    async write(name, value) {
      const previous = await store.read(name);
      const parts = cut(value.reveal(), limitBytes);
      if (parts.length === 1) {
        await store.write(name, value);
      } else {
        const id = createId();
        for (const [index, part] of parts.entries()) {
          await store.write(`${PART}${id}:${index}`, new Secret(part));
        }
        await store.write(name, new Secret(`docr-split:${id}:${parts.length}`));
      }
      await eraseParts(previous);
    },
    async erase(name) {
      const previous = await store.read(name);
      const isErased = await store.erase(name);
      await eraseParts(previous);
      return isErased;
    },
    async entries(...prefixes) {
      const values = new Map<string, Secret>();
      for (const [name, head] of await store.entries(...prefixes)) {
        if (!name.startsWith(PART)) values.set(name, await join(head).catch(emptyIfDamaged));
      }
      return values;
    },
  };
}

/** One incomplete value must not hide all others. No reader accepts an empty value, so its users report it as damaged. */
function emptyIfDamaged(error: unknown): Secret {
  if (isHelperError(error, "keychain-damaged")) return new Secret("");
  throw error;
}

/** Returns the names of the parts. The list is empty if the item is not a head but the value itself. */
function partNames(head: Secret | undefined): string[] {
  const [, id, count] = (head && HEAD.exec(head.reveal())) ?? [];
  return Array.from({ length: Number(count ?? 0) }, (_, index) => `${PART}${id}:${index}`);
}

/** Cuts the text into parts of at most `limitBytes` of UTF-8, without splitting characters. Returns at least one, possibly empty. */
function cut(text: string, limitBytes: number): string[] {
  const parts: string[] = [];
  let part = "";
  let size = 0;
  for (const character of text) {
    const bytes = Buffer.byteLength(character);
    if (size + bytes > limitBytes) {
      parts.push(part);
      part = "";
      size = 0;
    }
    part += character;
    size += bytes;
  }
  return [...parts, part];
}
