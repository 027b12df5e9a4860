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
  /** Returns every name that starts with one of the prefixes, with its value. Takes several prefixes, because each search is slow. */
  entries(...prefixes: readonly string[]): Promise<ReadonlyMap<string, Secret>>;
}
