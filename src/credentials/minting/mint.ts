import { isRegistryName } from "../../core/address.ts";
import type { ApiToken } from "../../core/api-token.ts";
import type { MintedCredential } from "../../core/credential.ts";
import { HelperError, isHelperError } from "../../core/errors.ts";
import { msOf } from "../../core/lifetime.ts";
import type { SharedFailures } from "../../core/locks.ts";
import type { Reporter } from "../../core/reporter.ts";
import type { TokenFinder } from "../accounts/token-finder.ts";
import { bestEffort, undefinedIfFailed } from "../best-effort.ts";
import type { CurrentPlace } from "../inventory/placement.ts";
import type { CacheKey } from "./cache-key.ts";
import type { Lookup } from "./lookup.ts";
import { noSuchRegistry } from "./no-such-registry.ts";
import type { MintApi, MintRequest, OpenMintApi } from "./ports.ts";
import type { Refusals } from "./refusals.ts";
import type { RegistrySettings } from "./settings.ts";

export interface Minted {
  readonly credential: MintedCredential;
  /** The account's API token. */
  readonly token: ApiToken;
}

export interface Minter {
  /**
   * Mints a credential for the key. If the key names no registry, and a request that named the account's only registry has cached a
   * fresh credential, returns this one instead. Returns undefined if there is no API token. `previous` may tell the registry's name, and docr remembers it.
   * All API calls together take at most `budgetMs`. If the mint fails, shares the error with the processes that wait for it, and remembers
   * a refusal.
   */
  mint(key: CacheKey, previous: MintedCredential | undefined, budgetMs: number): Promise<Minted | undefined>;
}

export interface MinterPorts {
  readonly settings: () => Pick<RegistrySettings, "access" | "lifetime">;
  readonly tokens: TokenFinder;
  readonly lookup: Lookup;
  readonly openApi: OpenMintApi;
  readonly current: () => Pick<CurrentPlace, "accessHints" | "registryNames">;
  readonly failures: SharedFailures;
  readonly refusals: Pick<Refusals, "remember">;
  readonly reporter: Reporter;
}

export function createMinter(ports: MinterPorts): Minter {
  return {
    async mint(key, previous, budgetMs) {
      const token = await ports.tokens.find(key);
      if (!token) return undefined;
      try {
        const api = await ports.openApi(budgetMs);
        return { token, credential: await mintForKey(ports, api, { token, key, previous }) };
      } catch (error) {
        if (isHelperError(error)) {
          await ports.failures.share(key.name, error);
          await ports.refusals.remember(key, error, token.origin);
        }
        throw error;
      }
    },
  };
}

interface Order {
  readonly token: ApiToken;
  readonly key: CacheKey;
  readonly previous: MintedCredential | undefined;
}

async function mintForKey(ports: MinterPorts, api: MintApi, order: Order): Promise<MintedCredential> {
  const { token, key } = order;
  if (key.registry === undefined) return mintForOnlyRegistry(ports, api, order);
  const registry = checkRegistryName(key.registry);
  try {
    return await mintWithAccess(ports, api, token, registry);
  } catch (error) {
    if (!isHelperError(error, "api-not-found")) throw error;
    const names = await undefinedIfFailed(() => api.listRegistries(token));
    throw noSuchRegistry({ registry, namedBy: key.namedBy, names, cause: error });
  }
}

/** If docr knows the registry's name, the mint costs one request. If it is refused for that name, docr asks for the name once. */
async function mintForOnlyRegistry(
  ports: MinterPorts,
  api: MintApi,
  { token, key, previous }: Order,
): Promise<MintedCredential> {
  const { registryNames } = ports.current();
  const account = key.sharedName;
  const known = previous?.registry ?? (await bestEffort(() => registryNames.read(account)));
  let refusal: unknown;
  if (known !== undefined) {
    try {
      return (await findCached(ports, key, known)) ?? (await mintWithAccess(ports, api, token, known));
    } catch (error) {
      // The registry has been deleted or renamed, or docr remembers that of another account.
      if (isHelperError(error, "api-forbidden") && !previous) refusal = error;
      else if (!isHelperError(error, "api-not-found")) throw error;
      await bestEffort(() => registryNames.forget(account));
    }
  }
  const registry = await findRegistry(api, token);
  if (refusal !== undefined && (registry === undefined || registry === known)) throw refusal;
  if (registry !== undefined) await bestEffort(() => registryNames.write(account, registry));
  return (await findCached(ports, key, registry)) ?? mintWithAccess(ports, api, token, registry);
}

/** The fresh credential of a request that named the account's only registry. */
async function findCached(
  { lookup, reporter }: MinterPorts,
  { nameFor }: CacheKey,
  registry: string | undefined,
): Promise<MintedCredential | undefined> {
  const cached = registry === undefined ? undefined : await lookup.read(nameFor(registry));
  if (cached?.freshness !== "fresh") return undefined;
  reporter.trace("shared", { access: cached.credential.access, registry });
  return cached.credential;
}

/** Returns the account's only registry, or undefined if the token may not list registries or the API has no list. */
export async function findRegistry(api: MintApi, token: ApiToken): Promise<string | undefined> {
  let names: readonly string[];
  try {
    names = await api.listRegistries(token);
  } catch (error) {
    // 403: the token may mint but not list. 404: an older API without the list.
    if (isHelperError(error, "api-forbidden") || isHelperError(error, "api-not-found")) return undefined;
    throw error;
  }
  const [first, ...others] = names;
  if (first === undefined) throw new HelperError("no-registry", "this DigitalOcean account has no registry");
  if (others.length > 0) {
    throw new HelperError("several-registries", `this account has several registries: ${names.join(", ")}`);
  }
  return first;
}

/** Mints with the access that the settings name. With `auto`, mints a read-only credential and warns if the token allows no more. */
async function mintWithAccess(
  { settings, current, reporter }: MinterPorts,
  api: MintApi,
  token: ApiToken,
  registry: string | undefined,
): Promise<MintedCredential> {
  const { access, lifetime } = settings();
  const mint = async (wanted: MintRequest["access"]): Promise<MintedCredential> => {
    const minted = await api.mint({ token, registry, lifetime, access: wanted });
    reporter.trace("minted", { access: wanted, registry, seconds: msOf(lifetime) / 1000 });
    return minted;
  };
  if (access !== "auto") return mint(access);
  const { accessHints } = current();
  if (!(await bestEffort(() => accessHints.isReadOnly(token.secret)))) {
    try {
      return await mint("read-write");
    } catch (error) {
      if (!isHelperError(error, "api-forbidden")) throw error;
    }
  }
  const readOnly = await mint("read-only");
  await bestEffort(() => accessHints.setReadOnly(token.secret));
  reporter.warn(
    `this credential can pull but not push: the API token from ${token.source} lacks the scope ` +
      "registry:update; set DOCR_ACCESS=read-only if you only pull",
  );
  return readOnly;
}

/** Returns the name. Throws `bad-registry-name` if it is not valid. */
export function checkRegistryName(name: string): string {
  if (isRegistryName(name)) return name;
  throw new HelperError(
    "bad-registry-name",
    "the address has no valid registry name; a name is 1 to 63 characters of a-z, 0-9 and -",
  );
}
