import type { Address } from "../../core/address.ts";
import type { Settings } from "./settings.ts";

/** SHA-256 of the UTF-8 text, as 64 lower-case hex digits. */
export type Sha256 = (text: string) => string;

/** What a `get` for our host means. */
export interface Entry {
  /** The name under which its credential is kept. */
  readonly key: string;
  /** The registry that the address or DOCR_REGISTRY names; undefined for the account's only one. */
  readonly registry: string | undefined;
  /** The account whose API token mints, where the environment holds no token; undefined for the default one. */
  readonly context: string | undefined;
  /** The account and the store that its token is in; empty where the token is the environment's. */
  readonly account: string;
}

/**
 * Which entry a `get` means: which API, whose token, which registry and access. A token from the environment takes
 * part through SHA-256 alone, and has 256 random bits (its shape is checked), so nothing can be got back from
 * the key. A token in the keychain or doctl's config takes part as its account's name and store, so that a warm `get`
 * never has to open them.
 */
export function entryOf(
  settings: Settings,
  address: Extract<Address, { kind: "docr" }>,
  sha256: Sha256,
): Entry {
  const registry = address.registry ?? settings.registry;
  const mapped = registry === undefined ? undefined : ownValue(settings.contexts, registry);
  const context = mapped ?? settings.context;
  const account = settings.apiToken ? "" : accountName(context, settings);
  const whose = settings.apiToken?.secret.digest(sha256) ?? account;
  const parts = [settings.apiUrl, whose, registry ?? "", settings.access];
  return { key: sha256(parts.join("\n")), registry, context, account };
}

/**
 * An account's name in the store that holds its token. No name and "default" are two: for doctl the first means the
 * one that it has switched to.
 */
export function accountName(context: string | undefined, { storeId }: Settings): string {
  return `${context ?? ""} in ${storeId}`;
}

function ownValue(map: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}
