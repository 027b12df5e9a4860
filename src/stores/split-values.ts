import { HelperError } from "../core/errors.ts";
import type { SecretStore } from "../core/secret-store.ts";
import { Secret } from "../core/secret.ts";

/** Names of the items that hold the pieces of a long value. */
const PART = "part:";
/** What a head item holds instead of the value: how many parts, under which mark. */
const HEAD = /^docr-split:([0-9a-f]{16}):(\d{1,3})$/;

/**
 * A store for values of any length on top of one that takes at most `limit` bytes of UTF-8 a value. Windows
 * refuses more than 2,560 (CRED_MAX_CREDENTIAL_BLOB_SIZE; docker-credential-helpers#190).
 *
 * The parts are written under a mark of their own before the head names them, and the old ones go last: a
 * reader sees the old value or the new one, whole. `makeMark` gives 16 hex digits, new at every call.
 */
export function splitLongValues(store: SecretStore, limit: number, makeMark: () => string): SecretStore {
  const join = async (head: Secret): Promise<Secret> => {
    const names = partNames(head);
    if (names.length === 0) return head;
    const parts: string[] = [];
    for (const name of names) {
      const part = await store.read(name);
      if (!part) throw new HelperError("keychain-damaged", "a long secret in the keychain lost a part");
      parts.push(part.reveal());
    }
    return new Secret(parts.join(""));
  };
  const dropParts = async (head: Secret | undefined): Promise<void> => {
    for (const name of partNames(head)) await store.erase(name);
  };

  return {
    async read(name) {
      const head = await store.read(name);
      return head && join(head);
    },
    async write(name, value) {
      const before = await store.read(name);
      const pieces = cut(value.reveal(), limit);
      if (pieces.length === 1) {
        await store.write(name, value);
      } else {
        const mark = makeMark();
        for (const [index, piece] of pieces.entries()) {
          await store.write(`${PART}${mark}:${index}`, new Secret(piece));
        }
        await store.write(name, new Secret(`docr-split:${mark}:${pieces.length}`));
      }
      await dropParts(before);
    },
    async erase(name) {
      const before = await store.read(name);
      const erased = await store.erase(name);
      await dropParts(before);
      return erased;
    },
    async entries(...prefixes) {
      const whole = new Map<string, Secret>();
      for (const [name, head] of await store.entries(...prefixes)) {
        if (!name.startsWith(PART)) whole.set(name, await join(head));
      }
      return whole;
    },
  };
}

/** The items that a head names; none where the value is no head but the value itself. */
function partNames(head: Secret | undefined): string[] {
  const [, mark, count] = (head && HEAD.exec(head.reveal())) ?? [];
  return Array.from({ length: Number(count ?? 0) }, (_, index) => `${PART}${mark}:${index}`);
}

/** Pieces of at most `limit` bytes of UTF-8, never cut inside a character; at least one, possibly empty. */
function cut(text: string, limit: number): string[] {
  const pieces: string[] = [];
  let piece = "";
  let size = 0;
  for (const character of text) {
    const bytes = Buffer.byteLength(character);
    if (size + bytes > limit) {
      pieces.push(piece);
      piece = "";
      size = 0;
    }
    piece += character;
    size += bytes;
  }
  return [...pieces, piece];
}
