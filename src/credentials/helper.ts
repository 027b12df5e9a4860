import { type Address, parseAddress, plainHostOf, REGISTRY_HOST } from "../core/address.ts";
import type { Credential } from "../core/credential.ts";
import { withDeadline } from "../core/deadline.ts";
import { HelperError } from "../core/errors.ts";
import type { Clock } from "../core/lifetime.ts";
import { NOT_FOUND } from "../core/not-found.ts";
import type { Trace } from "../core/reporter.ts";
import { Secret } from "../core/secret.ts";
import { undefinedIfFailed } from "./best-effort.ts";
import type { Login } from "./codec.ts";
import { BARE_HOST, type RegistryRequest } from "./minting/cache-key.ts";
import type { StoredLogins } from "./stored-logins.ts";

/** What docker clients ask. Server URLs are non-empty and free of control characters. */
export interface Helper {
  /** Throws `not-found` where there is no login; never for an outage. */
  get(serverUrl: string): Promise<Credential>;
  store(serverUrl: string, username: string, secret: Secret): Promise<void>;
  /** Idempotent: erasing what is missing is not an error (podman 4.3 crashes on one). */
  erase(serverUrl: string): Promise<void>;
  /**
   * User names by server URL, for exactly those addresses that `get` would answer. Never a secret, and never fails: clients
   * ask for each name, and give up at the first failure. What docr cannot read is left out.
   */
  list(): Promise<ReadonlyMap<string, string>>;
}

/** Requests for DigitalOcean's registry. */
export interface RegistryCredentials {
  /** Undefined where there is no API token. */
  get(request: RegistryRequest): Promise<Credential | undefined>;
  store(login: Login, request: RegistryRequest): Promise<void>;
  refresh(request: RegistryRequest): Promise<void>;
  /** Whether a `get` would answer, after at most about `limitMs`. Undefined where there is no API token. Throws like `get`. */
  probe(request: RegistryRequest, limitMs: number): Promise<true | undefined>;
  /** Whether a `get` for the bare host, which is what clients ask for, finds an API token. */
  hasApiToken(): Promise<boolean>;
}

export interface HelperParts {
  readonly logins: StoredLogins;
  /** Reads the settings of DigitalOcean's registry at a request for it, and throws `bad-setting` only then. */
  readonly registry: RegistryCredentials;
  /** Works without settings: a wrong one must not prevent a logout. */
  readonly logOut: () => Promise<unknown>;
  readonly clock: Clock;
  readonly trace: Trace;
}

/** For the user, because clients go on without a login and say only that access was denied. */
const NOT_LOGGED_IN = `not logged in to ${REGISTRY_HOST}; run: docr login`;

/** How long a `list` may take to find out whether a `get` for DigitalOcean's registry would be answered. */
const LIST_DEADLINE_MS = 5_000;
/** For its mint, so that the mint ends before the deadline. */
const LIST_MINT_MS = 4_500;

/** What `list` shows as the user name at DigitalOcean's registry, where the real one can be the secret itself. */
export const LISTED_USERNAME = "docr";

export function createHelper({ logins, registry, logOut, clock, trace }: HelperParts): Helper {
  const storedLogin = async (key: string): Promise<Credential> => {
    const hint = key === REGISTRY_HOST ? { hint: NOT_LOGGED_IN } : {};
    const login = await logins.read(key);
    trace(login ? "login" : "not-found");
    if (!login) throw new HelperError("not-found", NOT_FOUND, hint);
    return { username: new Secret(login.username), secret: login.secret };
  };
  const isRegistryAnswered = async (): Promise<boolean> => {
    try {
      const request = { serverUrl: REGISTRY_HOST, ...BARE_HOST };
      return (
        (await registry.probe(request, LIST_MINT_MS)) ?? (await storedLogin(REGISTRY_HOST)) !== undefined
      );
    } catch {
      return false;
    }
  };
  return {
    async get(serverUrl) {
      const address = parseAddress(serverUrl);
      trace("get", { digitalocean: address.kind === "digitalocean", host: hostOf(address) });
      if (address.kind === "other") return storedLogin(address.key);
      const request = { serverUrl, registry: address.registry };
      return (await registry.get(request)) ?? storedLogin(REGISTRY_HOST);
    },
    async store(serverUrl, username, secret) {
      const address = parseAddress(serverUrl);
      const login = { serverUrl, username, secret, storedAt: clock.read().now };
      if (address.kind === "other") return logins.write(address.key, login);
      await registry.store(login, { serverUrl, registry: address.registry });
    },
    // docker erases DigitalOcean's host in four spellings; the first one logs out.
    async erase(serverUrl) {
      const address = parseAddress(serverUrl);
      if (address.kind === "other") await logins.erase(address.key);
      else await logOut();
    },
    async list() {
      const [stored, isAnswered] = await Promise.all([
        undefinedIfFailed(() => logins.intact()),
        withDeadline(isRegistryAnswered(), LIST_DEADLINE_MS, () => false),
      ]);
      trace("listed", { logins: stored?.size ?? "none readable", digitalocean: isAnswered });
      const names = new Map<string, string>();
      for (const [key, login] of stored ?? []) {
        if (key !== REGISTRY_HOST) names.set(login.serverUrl, login.username);
      }
      if (isAnswered) names.set(REGISTRY_HOST, LISTED_USERNAME);
      return names;
    },
  };
}

/** For the trace. */
function hostOf(address: Address): string {
  if (address.kind === "digitalocean") return REGISTRY_HOST;
  return plainHostOf(address.key) ?? "unusual";
}
