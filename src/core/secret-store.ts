import type { HelperError } from "./errors.ts";
import type { Secret } from "./secret.ts";

/**
 * Stores named secrets: the OS keychain, the age vault, pass, private files. Names are printable and contain no secret. Every
 * method may throw an error of the family "store". A missing name is not an error.
 */
export interface SecretStore {
  /** Returns undefined only if the store certainly does not contain the name. */
  read(name: string): Promise<Secret | undefined>;
  /** Creates or replaces the value, atomically. */
  write(name: string, value: Secret): Promise<void>;
  /** Returns whether there was a value. */
  erase(name: string): Promise<boolean>;
  /**
   * Returns every name that starts with one of the prefixes, with its value. If a part of the store is locked, returns the rest, and
   * throws only if nothing can be read. Takes several prefixes, because each search is slow.
   */
  entries(...prefixes: readonly string[]): Promise<Entries>;
}

/** What a search found, by name. */
export interface Entries<Value = Secret> extends ReadonlyMap<string, Value> {
  /** Why names may be missing: a part of the store is locked. Undefined if nothing is missing. */
  readonly incomplete?: HelperError | undefined;
}

/** Adds the reason why names may be missing from the map. */
export function asEntries<Value>(
  found: ReadonlyMap<string, Value>,
  incomplete: HelperError | undefined,
): Entries<Value> {
  return Object.assign(new Map(found), { incomplete });
}
