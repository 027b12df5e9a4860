/**
 * The login for DigitalOcean's registry that a client stored and docr did not mint: doctl's `registry login`, or `docker login`
 * with a credential that was minted elsewhere. A `get` returns it while there is no API token.
 */
import { REGISTRY_HOST } from "../core/address.ts";
import type { Credential } from "../core/credential.ts";
import { isHelperError } from "../core/errors.ts";
import { type Clock, elapsedMs, expiresAt, UNLIMITED } from "../core/lifetime.ts";
import type { Trace } from "../core/reporter.ts";
import { Secret } from "../core/secret.ts";
import { bestEffort } from "./best-effort.ts";
import type { Login, LoginCheckRecord, LoginVerdict, RevocableCredential } from "./codec.ts";
import type { Inventory } from "./inventory/inventory.ts";
import type { CurrentPlace } from "./inventory/placement.ts";
import type { AccountApi, TokenDescription } from "./accounts/ports.ts";
import type { StoredLogins } from "./stored-logins.ts";

const HOUR_MS = 3600 * 1000;
/** docr trusts a login for a day after it was stored. */
const TRUSTED_MS = 24 * HOUR_MS;
/** After that, docr checks it at most once in this time. */
const PAUSE_MS = HOUR_MS;
/** Time limit of a check. The client waits. */
const CHECK_BUDGET_MS = 5_000;

export interface FinishedLoginPorts {
  readonly logins: Pick<StoredLogins, "read">;
  /** May throw `bad-setting`. */
  readonly current: () => Pick<CurrentPlace, "loginChecks">;
  readonly allInventories: () => readonly Inventory[];
  readonly checkLogin: CheckRegistryLogin;
  /** Knows when a login expires. */
  readonly openApi: (budgetMs: number) => Promise<Pick<AccountApi, "describeToken">>;
  readonly clock: Clock;
  readonly trace: Trace;
}

/**
 * The registry's own handshake, as docker does it: it decides about a login, because the registry answers the client. The service
 * that describes tokens may not know every login. Throws `registry-unauthorized` if the registry rejects the login, and other
 * errors of the family "registry" if it does not say.
 */
export type CheckRegistryLogin = (login: Credential, budgetMs: number) => Promise<unknown>;

export interface FinishedLogin {
  /**
   * The login for a `get`. "ended" if DigitalOcean rejects it or it has expired, undefined if there is none. Asks the registry about
   * a login that is older than a day, at most once an hour. If the registry does not respond, returns the login.
   */
  answer(): Promise<Credential | "ended" | undefined>;
  /** Its state for the user, without a request. Undefined if there is none. Throws errors of the store. */
  describe(): Promise<FinishedLoginState | undefined>;
  /** Records when a login that was just stored expires, if DigitalOcean says so. Never throws. */
  noteExpiry(secret: Secret): Promise<void>;
}

/** Contains no secret. Times are milliseconds since the epoch. */
export interface FinishedLoginState {
  /** Undefined if an earlier version stored it. */
  readonly storedAt: number | undefined;
  /** Undefined if docr does not know. */
  readonly expiresAt: number | undefined;
  /** When docr last asked the registry. Undefined if it never did. */
  readonly checkedAt: number | undefined;
  /** `ended`: a `get` does not return it. */
  readonly state: "usable" | "ended";
}

export function createFinishedLogin(ports: FinishedLoginPorts): FinishedLogin {
  const { clock, current } = ports;
  const load = async (): Promise<Found | undefined> => {
    const login = await ports.logins.read(REGISTRY_HOST);
    if (!login) return undefined;
    const check = await bestEffort(() => current().loginChecks.read(login.secret));
    return { login, check, ...(await endOf(login, check, ports)) };
  };
  const write = (secret: Secret, check: LoginCheckRecord): Promise<void> | Promise<undefined> =>
    bestEffort(() => current().loginChecks.write(secret, check));
  const check = async (credential: Credential): Promise<LoginVerdict> => {
    const [verdict, description] = await Promise.all([
      askRegistry(credential, ports),
      describe(credential.secret, ports),
    ]);
    ports.trace("login-check", { verdict });
    const at = clock.read();
    await write(credential.secret, { at, verdict, expiresAt: endFrom(description, at.now) });
    return verdict;
  };
  return {
    async answer() {
      const found = await load();
      if (!found) return undefined;
      if (found.isEnded) return "ended";
      const { username, secret } = found.login;
      const credential = { username: new Secret(username), secret };
      if (!isCheckDue(found, clock)) return credential;
      return (await check(credential)) === "rejected" ? "ended" : credential;
    },
    async describe() {
      const found = await load();
      if (!found) return undefined;
      const { login, check: last, expiry, isEnded } = found;
      return {
        storedAt: login.storedAt,
        expiresAt: expiry,
        checkedAt: last?.verdict === undefined ? undefined : last.at.now,
        state: isEnded ? "ended" : "usable",
      };
    },
    async noteExpiry(secret) {
      const description = await describe(secret, ports);
      const at = clock.read();
      const expiry = endFrom(description, at.now);
      if (expiry !== undefined) await write(secret, { at, verdict: undefined, expiresAt: expiry });
    },
  };
}

/** The login as far as a logout needs to revoke it. `revokeAt` is where, unless the login itself says so. */
export function revocableOf(login: Login, revokeAt: string, clock: Clock): RevocableCredential {
  return {
    secret: login.secret,
    revokeAt: login.revokeAt ?? revokeAt,
    mintedAt: clock.read(),
    lifetime: UNLIMITED,
    mayBeApiToken: true,
  };
}

interface Found extends End {
  readonly login: Login;
  readonly check: LoginCheckRecord | undefined;
}

interface End {
  readonly expiry: number | undefined;
  readonly isEnded: boolean;
}

/** DigitalOcean may have told the expiry; if docr issued the credential itself, the inventory knows it. */
async function endOf(
  login: Login,
  check: LoginCheckRecord | undefined,
  ports: FinishedLoginPorts,
): Promise<End> {
  const { clock, allInventories } = ports;
  let expiry = check?.expiresAt;
  let isEnded = check?.verdict === "rejected";
  for (const inventory of allInventories()) {
    const entry = await bestEffort(() => inventory.find(login.secret));
    if (!entry) continue;
    expiry ??= expiresAt(entry);
    isEnded ||= entry.revoked;
  }
  return { expiry, isEnded: isEnded || (expiry !== undefined && clock.read().now >= expiry) };
}

function isCheckDue({ login, check }: Found, clock: Clock): boolean {
  const at = clock.read();
  // The wall clock alone knows when the login was stored. If it was set back since, the age is unknown.
  const ageMs = login.storedAt === undefined ? undefined : at.now - login.storedAt;
  if (ageMs !== undefined && ageMs >= 0 && ageMs < TRUSTED_MS) return false;
  const sinceMs = check?.verdict && elapsedMs(check.at, at);
  return sinceMs === undefined || sinceMs >= PAUSE_MS;
}

/** Undefined if DigitalOcean does not describe it. */
async function describe(
  secret: Secret,
  { openApi }: FinishedLoginPorts,
): Promise<TokenDescription | undefined> {
  const token = { secret, origin: { kind: "keychain", account: "" }, source: "the login" } as const;
  return bestEffort(async () => (await openApi(CHECK_BUDGET_MS)).describeToken(token));
}

async function askRegistry(
  credential: Credential,
  { checkLogin }: FinishedLoginPorts,
): Promise<LoginVerdict> {
  try {
    await checkLogin(credential, CHECK_BUDGET_MS);
    return "accepted";
  } catch (error) {
    return isHelperError(error, "registry-unauthorized") ? "rejected" : "unknown";
  }
}

function endFrom(description: TokenDescription | undefined, now: number): number | undefined {
  const seconds = description?.expiresInSeconds;
  return seconds === undefined ? undefined : now + seconds * 1000;
}
