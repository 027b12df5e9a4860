import type { Secret } from "./secret.ts";

/**
 * Named secrets that outlive the process: the OS keychain, the age vault, private files. Names are printable and hold no
 * secret. Every method may throw an error of the family "store". A missing name is not an error.
 */
export interface SecretStore {
  /** Undefined where the store is sure that it holds no such name. */
  read(name: string): Promise<Secret | undefined>;
  /** Creates or replaces the value, atomically. */
  write(name: string, value: Secret): Promise<void>;
  /** Idempotent. Returns whether there was a value. */
  erase(name: string): Promise<boolean>;
  /** Every name that starts with one of the prefixes, with its value. One search, because the search is what costs time. */
  entries(...prefixes: readonly string[]): Promise<ReadonlyMap<string, Secret>>;
}
