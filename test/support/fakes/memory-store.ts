import type { HelperError } from "../../../src/core/errors.ts";
import { asEntries, type SecretStore } from "../../../src/core/secret-store.ts";
import { Secret } from "../../../src/core/secret.ts";

/** A store in memory that records its calls and fails on request. */
export interface MemoryStore extends SecretStore {
  /** Names and values, as text. */
  readonly items: Map<string, string>;
  /** `read NAME`, `write NAME`, `erase NAME`, `entries PREFIX`, in order. */
  readonly calls: string[];
  /** From now on, the calls that `which` selects by their text fail with this error. Undefined ends that. */
  failWith(error: Error | undefined, which?: (call: string) => boolean): void;
  /** From now on, `entries` reports that a part of the store is locked. */
  lockPart(why: HelperError): void;
}

const everyCall = (_call: string): boolean => true;

export function createMemoryStore(items: Readonly<Record<string, string>> = {}): MemoryStore {
  const stored = new Map(Object.entries(items));
  const calls: string[] = [];
  let failure: Error | undefined;
  let incomplete: HelperError | undefined;
  let isPicked = everyCall;
  const note = (call: string): void => {
    calls.push(call);
    if (failure && isPicked(call)) throw failure;
  };
  return {
    items: stored,
    calls,
    failWith(error, which = everyCall) {
      failure = error;
      isPicked = which;
    },
    lockPart(why) {
      incomplete = why;
    },
    async read(name) {
      note(`read ${name}`);
      const value = stored.get(name);
      return value === undefined ? undefined : new Secret(value);
    },
    async write(name, value) {
      note(`write ${name}`);
      stored.set(name, value.reveal());
    },
    async erase(name) {
      note(`erase ${name}`);
      return stored.delete(name);
    },
    async entries(...prefixes) {
      note(`entries ${prefixes.join(" ")}`);
      const found = [...stored].filter(([name]) => prefixes.some((prefix) => name.startsWith(prefix)));
      return asEntries(new Map(found.map(([name, value]) => [name, new Secret(value)])), incomplete);
    },
  };
}
