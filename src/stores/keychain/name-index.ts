import { parseJsonObject } from "../../core/json.ts";
import type { SecretStore } from "../../core/secret-store.ts";
import { Secret } from "../../core/secret.ts";

/** The item with the index. It contains no secret. */
const INDEX = "index";
/** The item's value after a name was added or erased. */
const OUTDATED = new Secret("changed");
/** The start of the item's value during a search. The search's id follows. */
const SEARCHING = "searching ";
/** docr does not use an older index. Milliseconds. */
const MAX_AGE_MS = 24 * 3600 * 1000;
/** Items to read at the same time. Each call has its own time limit, which would pass if too many calls were queued. */
const PARALLEL_READS = 64;

export interface IndexOptions {
  /** The prefix of the names in the index. */
  readonly prefix: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Returns a text that is unique among this user's searches. */
  readonly createSearchId: () => string;
}

interface Index {
  /** When the search began. Milliseconds since the epoch. */
  readonly at: number;
  readonly names: readonly string[];
}

/**
 * Replaces most searches by reads of single items. libsecret's search takes 1.5 ms per item or more; reading an item by its
 * name takes a quarter of that. The index lists possible names only: docr reads each item, so an item that another program
 * erased or changed is never reported wrongly. An item that another program added is missing until the next search, at most
 * a day later.
 *
 * Only a search writes the index. A process that adds or erases a name marks the index as outdated: processes without a
 * common lock (sessions with different runtime directories) would otherwise overwrite each other's names.
 */
export function withNameIndex(
  store: SecretStore,
  { prefix, now, createSearchId }: IndexOptions,
): SecretStore {
  const readIndex = async (): Promise<Index | undefined> => {
    const value = await store.read(INDEX);
    const index = value && parseIndex(value, prefix);
    const ageMs = index ? now() - index.at : -1;
    return ageMs >= 0 && ageMs < MAX_AGE_MS ? index : undefined;
  };
  const isListed = async (name: string): Promise<boolean> =>
    (await readIndex())?.names.includes(name) === true;
  /** Overwrites the index instead of erasing it: libsecret's search crashes if an item disappears (serialized.ts). */
  const markOutdated = (): Promise<void> => store.write(INDEX, OUTDATED);
  const search = async (): Promise<ReadonlyMap<string, Secret>> => {
    const marker = new Secret(SEARCHING + createSearchId());
    // Best effort: without an index, the next listing searches again.
    await store.write(INDEX, marker).catch(() => undefined);
    const at = now();
    const found = await store.entries(prefix);
    const isUnchanged = await store.read(INDEX).then(
      (value) => value?.equals(marker),
      () => false,
    );
    if (isUnchanged) {
      const index: Index = { at, names: [...found.keys()] };
      await store.write(INDEX, new Secret(JSON.stringify(index))).catch(() => undefined);
    }
    return found;
  };
  return {
    ...store,
    async write(name, value) {
      if (!name.startsWith(prefix)) return store.write(name, value);
      // Mark it before the write, in case this process is killed. Mark it again after, in case another process has searched.
      if (!(await isListed(name))) await markOutdated();
      await store.write(name, value);
      if (!(await isListed(name))) await markOutdated();
    },
    async erase(name) {
      const isErased = await store.erase(name);
      // Not needed for a correct listing, which skips missing items. It only removes the name from the index.
      if (isErased && name.startsWith(prefix) && (await isListed(name))) await markOutdated();
      return isErased;
    },
    async entries(...prefixes) {
      if (prefixes.length !== 1 || prefixes[0] !== prefix) return store.entries(...prefixes);
      const index = await readIndex();
      if (!index) return search();
      const found = new Map<string, Secret>();
      for (let from = 0; from < index.names.length; from += PARALLEL_READS) {
        const names = index.names.slice(from, from + PARALLEL_READS);
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

/** Returns undefined if the value is not an index. */
function parseIndex(value: Secret, prefix: string): Index | undefined {
  const fields = parseJsonObject(value.reveal());
  if (!fields) return undefined;
  const { at, names } = fields;
  if (typeof at !== "number" || !Array.isArray(names)) return undefined;
  const isListOfNames = names.every(
    (name): name is string => typeof name === "string" && name.startsWith(prefix),
  );
  return isListOfNames ? { at, names } : undefined;
}
