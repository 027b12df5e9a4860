import { type Address, HUB_KEY, parseAddress, plainHostOf, REGISTRY_HOST } from "../core/address.ts";
import type { Credential } from "../core/credential.ts";
import { withDeadline } from "../core/deadline.ts";
import { HelperError } from "../core/errors.ts";
import { clientKeyOf, DOCKER_HUB } from "../core/image.ts";
import type { Clock } from "../core/lifetime.ts";
import { NOT_FOUND } from "../core/not-found.ts";
import type { Reporter } from "../core/reporter.ts";
import { Secret } from "../core/secret.ts";
import { type LogoutResult, NOT_RECORDED } from "./accounts/log-out.ts";
import { undefinedIfFailed } from "./best-effort.ts";
import type { Login } from "./codec.ts";
import { BARE_HOST, type RegistryRequest } from "./minting/cache-key.ts";
import type { AllLogins, StoredLogins } from "./stored-logins.ts";

/** The requests of docker clients. Server URLs are not empty and contain no control characters. */
export interface Helper {
  /** Throws `not-found` if there is no login, but never because of an outage. */
  get(serverUrl: string): Promise<Credential>;
  store(serverUrl: string, username: string, secret: Secret): Promise<void>;
  /** Idempotent: erasing a missing login is not an error, because podman 4.3 crashes on an error. */
  erase(serverUrl: string): Promise<void>;
  /**
   * Returns user names by server URL, for exactly those addresses for which `get` returns a login. Never contains a secret and never
   * fails: clients request each listed login and stop at the first failure. Omits logins that docr cannot read.
   */
  list(): Promise<ReadonlyMap<string, string>>;
}

/** Requests for DigitalOcean's registry. */
export interface RegistryCredentials {
  /** Returns undefined if there is no API token. */
  get(request: RegistryRequest): Promise<Credential | undefined>;
  store(login: Login, request: RegistryRequest): Promise<void>;
  refresh(request: RegistryRequest): Promise<void>;
  /** The login that a client stored, for a `get` without an API token. "ended" if DigitalOcean no longer accepts it. */
  finishedLogin(): Promise<Credential | "ended" | undefined>;
  /** Returns true if `get` would return a credential, or undefined if there is no API token. Takes about `limitMs` at most. Throws like `get`. */
  probe(request: RegistryRequest, limitMs: number): Promise<true | undefined>;
}

export interface HelperParts {
  readonly logins: StoredLogins;
  /** Reads its settings, and throws `bad-setting`, only for a request for DigitalOcean's registry. */
  readonly registry: RegistryCredentials;
  /** Works without settings, because a wrong setting must not prevent a logout. */
  readonly logOut: () => Promise<Pick<LogoutResult, "isMintedKnown">>;
  /** Tells the launcher where logins of other registries are, after docr has looked for one. Never rejects. */
  readonly noteOtherRegistries: () => Promise<void>;
  readonly clock: Clock;
  readonly reporter: Reporter;
}

/** Tells the user why access is denied: clients continue without a login and report only the denial. */
const NOT_LOGGED_IN = `not logged in to ${REGISTRY_HOST}; run: docr login`;

const LOGIN_ENDED = `the login for ${REGISTRY_HOST} has expired or was revoked; run: docr login`;

/** Time limit for `list` to find out whether a `get` for DigitalOcean's registry would succeed. */
const LIST_DEADLINE_MS = 5_000;
/** Time limit of the mint within that time. */
const LIST_MINT_MS = 4_500;

/** The user name that `list` shows for DigitalOcean's registry. The real one can be the secret itself. */
export const LISTED_USERNAME = "docr";

export function createHelper({
  logins,
  registry,
  logOut,
  noteOtherRegistries,
  clock,
  reporter,
}: HelperParts): Helper {
  const { trace } = reporter;
  const storedLogin = async (key: string): Promise<Credential> => {
    const login = await logins.read(key);
    await noteOtherRegistries();
    trace(login ? "login" : "not-found");
    if (!login) throw new HelperError("not-found", NOT_FOUND);
    return { username: new Secret(login.username), secret: login.secret };
  };
  const finishedLogin = async (): Promise<Credential> => {
    const login = await registry.finishedLogin();
    trace(login === "ended" || !login ? "not-found" : "login");
    if (!login) throw new HelperError("not-found", NOT_FOUND, { hint: NOT_LOGGED_IN });
    if (login === "ended") throw new HelperError("not-found", NOT_FOUND, { hint: LOGIN_ENDED });
    return login;
  };
  const isRegistryAnswered = async (stored: Promise<AllLogins | undefined>): Promise<boolean> => {
    try {
      const request = { serverUrl: REGISTRY_HOST, ...BARE_HOST };
      const isMinted = await registry.probe(request, LIST_MINT_MS);
      if (isMinted !== undefined) return isMinted;
      const all = await stored;
      // The search for all logins tells already that there is none.
      if (all && !all.incomplete && all.damaged.length === 0 && !all.intact.has(REGISTRY_HOST)) return false;
      return (await finishedLogin()) !== undefined;
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
      return (await registry.get(request)) ?? finishedLogin();
    },
    async store(serverUrl, username, secret) {
      const address = parseAddress(serverUrl);
      const login = { serverUrl, username, secret, storedAt: clock.read().now };
      if (address.kind === "other") return logins.write(address.key, login);
      await registry.store(login, { serverUrl, registry: address.registry });
    },
    // docker sends four `erase` requests for DigitalOcean's host, each in another spelling. The first one logs out.
    async erase(serverUrl) {
      const address = parseAddress(serverUrl);
      if (address.kind === "other") await logins.erase(address.key);
      else if (!(await logOut()).isMintedKnown) reporter.warn(NOT_RECORDED);
    },
    async list() {
      const all = undefinedIfFailed(() => logins.all());
      const answering = withDeadline(isRegistryAnswered(all), LIST_DEADLINE_MS, () => false);
      const [found, isAnswered] = await Promise.all([all, answering]);
      const stored = found?.intact;
      trace("listed", { logins: stored?.size ?? "none readable", digitalocean: isAnswered });
      const names = new Map<string, string>();
      for (const [key, login] of stored ?? []) {
        if (key !== REGISTRY_HOST) names.set(listedUrlOf(key, login), login.username);
      }
      if (isAnswered) names.set(REGISTRY_HOST, LISTED_USERNAME);
      return names;
    },
  };
}

/** The address in the client's spelling. For Docker Hub, docker recognizes a listed login only under its own name. */
function listedUrlOf(key: string, { serverUrl }: Login): string {
  return key === HUB_KEY ? clientKeyOf(DOCKER_HUB) : serverUrl;
}

/** The host for the trace. */
function hostOf(address: Address): string {
  if (address.kind === "digitalocean") return REGISTRY_HOST;
  return plainHostOf(address.key) ?? "unusual";
}
