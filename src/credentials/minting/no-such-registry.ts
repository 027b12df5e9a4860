import { REGISTRY_HOST } from "../../core/address.ts";
import { HelperError } from "../../core/errors.ts";
import type { CacheKey } from "./cache-key.ts";

export interface MissingRegistry {
  readonly registry: string;
  readonly namedBy: CacheKey["namedBy"];
  /** The account's registries. Undefined if the API does not list them. */
  readonly names: readonly string[] | undefined;
  /** The API's error. */
  readonly cause: HelperError;
}

/**
 * The error for a name that is not a registry of the account. Its hint names the account's registries. It suggests unsetting
 * DOCR_REGISTRY only if it is set and `get` would work without it. Returns the cause if the account does have the registry.
 */
export function noSuchRegistry({ registry, namedBy, names, cause }: MissingRegistry): HelperError {
  if (names?.includes(registry)) return cause;
  const hint = namedBy === "DOCR_REGISTRY" ? adviseSetting(names) : adviseAddress(names);
  const { code, response } = cause;
  return new HelperError(code, `this account has no registry named ${registry}`, { cause, response, hint });
}

const CREATE = "it has none; run doctl registry create NAME";

function adviseSetting(names: readonly string[] | undefined): string {
  if (!names) return "set DOCR_REGISTRY to a registry of this account, or unset it";
  const [first, ...others] = names;
  if (first === undefined) return CREATE;
  if (others.length === 0) return `set DOCR_REGISTRY to its only registry, ${first}, or unset it`;
  return `set DOCR_REGISTRY to one of its registries: ${names.join(", ")}`;
}

function adviseAddress(names: readonly string[] | undefined): string {
  const address = `${REGISTRY_HOST}/NAME`;
  if (!names) return `use the address ${address} with a registry of this account`;
  const [first, ...others] = names;
  if (first === undefined) return CREATE;
  if (others.length === 0) return `use the address of its only registry, ${REGISTRY_HOST}/${first}`;
  return `use the address ${address} with one of its registries: ${names.join(", ")}`;
}
