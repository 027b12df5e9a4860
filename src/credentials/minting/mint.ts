import { limited, msOf } from "../../core/lifetime.ts";
import { HelperError, isHelperError, type ErrorCode } from "../../core/errors.ts";
import { isRegistryName } from "../../core/address.ts";
import type { ApiToken } from "../../core/api-token.ts";
import type { MintedCredential } from "../../core/credential.ts";
import type { Entry } from "./cache-key.ts";
import type { HelperPorts, RegistryApi } from "../ports.ts";
import { quietly } from "../best-effort.ts";

/** What one mint needs to know beside the settings. */
export interface MintOrder {
  readonly token: ApiToken;
  readonly entry: Entry;
  /** What was minted for this entry before: it tells the registry's name. */
  readonly earlier: MintedCredential | undefined;
}

/**
 * Makes a new credential: finds the registry's name where nobody gave it, asks for the access that the
 * settings name, and takes a read-only credential where `auto` allows no more (saying so once, here).
 */
export async function mintCredential(
  ports: HelperPorts,
  api: RegistryApi,
  order: MintOrder,
): Promise<MintedCredential> {
  const { entry, earlier, token } = order;
  if (entry.registry !== undefined) return mintFor(ports, api, order, checkedName(entry.registry));
  if (earlier?.registry !== undefined) {
    try {
      return await mintFor(ports, api, order, earlier.registry);
    } catch (error) {
      // The registry was deleted or renamed since: look again. Anything else is the answer.
      if (!hasCode(error, "api-not-found")) throw error;
    }
  }
  return mintFor(ports, api, order, await findRegistry(api, token));
}

/** The account's only registry; undefined where the token or the API does not let us ask. */
export async function findRegistry(api: RegistryApi, token: ApiToken): Promise<string | undefined> {
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

async function mintFor(
  ports: HelperPorts,
  api: RegistryApi,
  { token }: MintOrder,
  registry: string | undefined,
): Promise<MintedCredential> {
  const { access, ttlSeconds } = ports.settings();
  const request = { token, registry, lifetime: limited(ttlSeconds * 1000) };
  if (access !== "auto") return traced(ports, await api.mint({ ...request, access }));
  const { marks } = ports.minted();
  // What it was refused before, it is not asked for at each renewal and each registry again.
  if (!(await quietly(() => marks.isReadOnly(token.secret)))) {
    try {
      return traced(ports, await api.mint({ ...request, access: "read-write" }));
    } catch (error) {
      if (!hasCode(error, "api-forbidden")) throw error;
    }
  }
  const readOnly = await api.mint({ ...request, access: "read-only" });
  await quietly(() => marks.noteReadOnly(token.secret));
  ports.notices.warn(
    `this credential can pull but not push: the API token from ${token.source} lacks the scope ` +
      "registry:update; set DOCR_ACCESS=read-only to ask for no more",
  );
  return traced(ports, readOnly);
}

function traced(ports: HelperPorts, minted: MintedCredential): MintedCredential {
  ports.trace("minted", {
    access: minted.access,
    registry: minted.registry,
    seconds: msOf(minted.lifetime) / 1000,
  });
  return minted;
}

export function checkedName(name: string): string {
  if (isRegistryName(name)) return name;
  throw new HelperError(
    "bad-registry-name",
    "the address names no registry: a registry's name is 1 to 63 of a-z, 0-9 and -",
  );
}

function hasCode(error: unknown, code: ErrorCode): boolean {
  return isHelperError(error) && error.code === code;
}
