import type { SecretStore } from "../helper/ports.ts";
import { Secret } from "../secret.ts";

/** The item that names others; it holds no secret. */
const INDEX = "index";
/** After this long it is made anew by a search, in milliseconds. */
const FRESH_MS = 24 * 3600 * 1000;
/** So many are read side by side: each call has a deadline of its own, which those in a queue would use up. */
const AT_ONCE = 64;

export interface IndexOptions {
  /** Begins the names that the index is about. */
  readonly prefix: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

interface Index {
  /** When a search last found all names. */
  readonly at: number;
  readonly names: readonly string[];
}

/**
 * Spares libsecret's search, which takes 1.5 ms an item and ever more: reading items by their names takes a quarter of that. An
 * item of its own says which names there may be. What is there, and what it holds, is read from the items themselves, so one that
 * was erased or changed by any other program is no lie. What is there without a name in the index, because another
 * program put it there or two writers had no turn, is found by the search of the next day.
 */
export function withNameIndex(store: SecretStore, { prefix, now }: IndexOptions): SecretStore {
  const readIndex = async (): Promise<Index | undefined> => {
    const kept = await store.read(INDEX);
    const index = kept && parseIndex(kept, prefix);
    const age = index ? now() - index.at : -1;
    return age >= 0 && age < FRESH_MS ? index : undefined;
  };
  const writeIndex = (index: Index): Promise<void> => store.write(INDEX, new Secret(JSON.stringify(index)));
  /** Names get in before their items are written and go after those are erased. */
  const change = async (
    name: string,
    edit: (names: readonly string[]) => readonly string[],
  ): Promise<void> => {
    const index = name.startsWith(prefix) ? await readIndex() : undefined;
    const names = index && edit(index.names);
    if (index && names?.length !== index.names.length) await writeIndex({ ...index, names: names ?? [] });
  };
  const search = async (): Promise<ReadonlyMap<string, Secret>> => {
    const at = now();
    const found = await store.entries(prefix);
    // Without it the next one searches too.
    await writeIndex({ at, names: [...found.keys()] }).catch(() => undefined);
    return found;
  };
  return {
    ...store,
    async write(name, value) {
      await change(name, (names) => (names.includes(name) ? names : [...names, name]));
      await store.write(name, value);
    },
    async erase(name) {
      const erased = await store.erase(name);
      if (erased) await change(name, (names) => names.filter((other) => other !== name));
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
