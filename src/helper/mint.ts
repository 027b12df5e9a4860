import { HelperError, isHelperError, type ErrorCode } from "../errors.ts";
import { isRegistryName } from "../registry/address.ts";
import type { ApiToken } from "../registry/api-token.ts";
import type { MintedCredential } from "../registry/credential.ts";
import type { MintRequest, Notices, RegistryApi } from "./ports.ts";
import type { Settings } from "./settings.ts";

/** What one mint needs to know beside the settings. */
export interface MintOrder {
  readonly token: ApiToken;
  /** From the address or DOCR_REGISTRY: taken as it is. */
  readonly named: string | undefined;
  /** What an earlier mint found out; asked for again when the API no longer knows it. */
  readonly remembered: string | undefined;
}

/**
 * Makes a new credential: finds the registry's name where nobody gave it, asks for the access that the
 * settings name, and takes a read-only credential where `auto` allows no more (saying so once, here).
 */
export async function mintCredential(
  api: RegistryApi,
  settings: Settings,
  order: MintOrder,
  notices: Notices,
): Promise<MintedCredential> {
  const mint = (registry: string | undefined): Promise<MintedCredential> =>
    mintWithAccess(api, settings, order.token, registry, notices);
  if (order.named !== undefined) return mint(checkedName(order.named));
  if (order.remembered !== undefined) {
    try {
      return await mint(order.remembered);
    } catch (error) {
      // The registry was deleted or renamed since: look again. Anything else is the answer.
      if (!hasCode(error, "api-not-found")) throw error;
    }
  }
  return mint(await findRegistry(api, order.token));
}

/** The account's only registry; undefined where the token or the API does not let us ask. */
async function findRegistry(api: RegistryApi, token: ApiToken): Promise<string | undefined> {
  let names: readonly string[];
  try {
    names = await api.listRegistries(token);
  } catch (error) {
    // 403: the token may mint but not list; 404: an API from before there were several registries.
    if (hasCode(error, "api-forbidden") || hasCode(error, "api-not-found")) return undefined;
    throw error;
  }
  const [first, ...others] = names;
  if (first === undefined) throw new HelperError("no-registry", "this DigitalOcean account has no registry");
  if (others.length > 0) {
    throw new HelperError("several-registries", `this account has several registries: ${names.join(", ")}`);
  }
  return first;
}

async function mintWithAccess(
  api: RegistryApi,
  settings: Settings,
  token: ApiToken,
  registry: string | undefined,
  notices: Notices,
): Promise<MintedCredential> {
  const request = { token, registry, ttlSeconds: settings.ttlSeconds } satisfies Omit<MintRequest, "access">;
  if (settings.access !== "auto") return api.mint({ ...request, access: settings.access });
  try {
    return await api.mint({ ...request, access: "read-write" });
  } catch (error) {
    if (!hasCode(error, "api-forbidden")) throw error;
    const readOnly = await api.mint({ ...request, access: "read-only" });
    notices.warn(
      `this credential can pull but not push: the API token from ${token.source} lacks the scope ` +
        "registry:update; set DOCR_ACCESS=read-only to ask for no more",
    );
    return readOnly;
  }
}

function checkedName(name: string): string {
  if (isRegistryName(name)) return name;
  throw new HelperError(
    "bad-registry-name",
    "the address names no registry: a registry's name is 1 to 63 of a-z, 0-9 and -",
  );
}

function hasCode(error: unknown, code: ErrorCode): boolean {
  return isHelperError(error) && error.code === code;
}
