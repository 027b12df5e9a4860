import type { SecretStore } from "../../core/secret-store.ts";
import { Secret } from "../../core/secret.ts";

/** The item that names others; it holds no secret. */
const INDEX = "index";
/** What the item holds when names have changed, and while somebody searches, with a mark of that search behind it. */
const CHANGED = new Secret("changed");
const SEARCHING = "searching ";
/** After this long it is made anew by a search, in milliseconds. */
const FRESH_MS = 24 * 3600 * 1000;
/** So many are read side by side: each call has a deadline of its own, which those in a queue would use up. */
const AT_ONCE = 64;

export interface IndexOptions {
  /** Begins the names that the index is about. */
  readonly prefix: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Gives a text that no other search of this user has. */
  readonly makeMark: () => string;
}

interface Index {
  /** When a search last found all names. */
  readonly at: number;
  readonly names: readonly string[];
}

/**
 * Spares libsecret's search, which takes 1.5 ms an item and ever more: reading items by their names takes a quarter of that. An
 * item of its own says which names there may be. What is there, and what it holds, is read from the items themselves, so one that
 * was erased or changed by any other program is no lie. What another program put there without us is found by the search
 * of the next day.
 *
 * A search alone writes the index, and whoever brings a name or takes one away drops it: processes that have no turn in common
 * (sessions with runtime directories of their own) would else write over each other's names.
 */
export function withNameIndex(store: SecretStore, { prefix, now, makeMark }: IndexOptions): SecretStore {
  const readIndex = async (): Promise<Index | undefined> => {
    const kept = await store.read(INDEX);
    const index = kept && parseIndex(kept, prefix);
    const age = index ? now() - index.at : -1;
    return age >= 0 && age < FRESH_MS ? index : undefined;
  };
  const isNamed = async (name: string): Promise<boolean> =>
    (await readIndex())?.names.includes(name) === true;
  /** Not by erasing it: libsecret's search does not survive an item that goes (in-turns.ts). */
  const drop = (): Promise<void> => store.write(INDEX, CHANGED);
  const search = async (): Promise<ReadonlyMap<string, Secret>> => {
    const mark = new Secret(SEARCHING + makeMark());
    // Best effort: without an index the next one searches too.
    await store.write(INDEX, mark).catch(() => undefined);
    const at = now();
    const found = await store.entries(prefix);
    const isOurs = await store.read(INDEX).then(
      (kept) => kept?.equals(mark),
      () => false,
    );
    // Else names have changed since.
    if (isOurs) {
      const index: Index = { at, names: [...found.keys()] };
      await store.write(INDEX, new Secret(JSON.stringify(index))).catch(() => undefined);
    }
    return found;
  };
  return {
    ...store,
    async write(name, value) {
      if (!name.startsWith(prefix)) return store.write(name, value);
      // Before, for one who is killed in between; and after, for whoever searched or erased in between.
      if (!(await isNamed(name))) await drop();
      await store.write(name, value);
      if (!(await isNamed(name))) await drop();
    },
    async erase(name) {
      const erased = await store.erase(name);
      // Only so that the name goes too: one that is not there is not listed.
      if (erased && name.startsWith(prefix) && (await isNamed(name))) await drop();
      return erased;
    },
    async entries(...wanted) {
      if (wanted.length !== 1 || wanted[0] !== prefix) return store.entries(...wanted);
      const index = await readIndex();
      if (!index) return search();
      const found = new Map<string, Secret>();
      for (let from = 0; from < index.names.length; from += AT_ONCE) {
        const names = index.names.slice(from, from + AT_ONCE);
        const values = await Promise.all(names.map((name) => store.read(name)));
        for (const [at, name] of names.entries()) {
          const value = values[at];
          if (value) found.set(name, value);
        }
      }
      return found;
    },
  };
}

/** Undefined where the text is no index of ours. */
function parseIndex(kept: Secret, prefix: string): Index | undefined {
  let value: unknown;
  try {
    value = JSON.parse(kept.reveal());
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("at" in value) || !("names" in value))
    return undefined;
  const { at, names } = value;
  if (typeof at !== "number" || !Array.isArray(names)) return undefined;
  const isNames = names.every((name): name is string => typeof name === "string" && name.startsWith(prefix));
  return isNames ? { at, names } : undefined;
}
