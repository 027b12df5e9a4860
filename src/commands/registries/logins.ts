import type { ClientUses } from "../../client-config/types.ts";
import { HUB_KEY, parseAddress, REGISTRY_HOST } from "../../core/address.ts";
import { HelperError } from "../../core/errors.ts";
import { clientKeyOf, DOCKER_HUB } from "../../core/image.ts";
import { Secret } from "../../core/secret.ts";
import type { Login } from "../../credentials/codec.ts";
import type { CommandContext } from "../context.ts";
import { parseHost, parseTarget } from "../images/target.ts";
import { shownUsername } from "../pull-secrets/docker-config.ts";

type StoredLogins = CommandContext["logins"];

/** A login with its key in docr's store. */
export interface KeyedLogin {
  readonly storeKey: string;
  readonly login: Login;
}

/** Parses the host of a registry other than DigitalOcean's. Throws `bad-arguments`. */
export function parseOtherHost(text: string): string {
  const { host } = parseTarget(text);
  if (parseAddress(host).kind === "other") return parseHost(text);
  throw new HelperError("bad-arguments", `docr registry does not manage the login for ${REGISTRY_HOST}`, {
    hint: "use docr login, docr logout and docr status",
  });
}

/** Returns undefined if the store has no login for the host. */
export async function findLogin(logins: StoredLogins, host: string): Promise<KeyedLogin | undefined> {
  const storeKey = storeKeyOf(host);
  const login = await logins.read(storeKey);
  return login && { storeKey, login };
}

/** Throws `no-login` if the store has no login for the host. */
export async function requireLogin(logins: StoredLogins, host: string): Promise<KeyedLogin> {
  const found = await findLogin(logins, host);
  if (found) return found;
  throw new HelperError("no-login", `docr has no login for ${host}`, {
    hint: `run docr registry list, or add one: docr registry add ${host}`,
  });
}

/** Returns every login, sorted by key. That of DigitalOcean's registry is one that a client stored and docr did not mint. */
export async function allLogins(logins: StoredLogins): Promise<readonly KeyedLogin[]> {
  const all = await logins.all();
  return [...all]
    .map(([storeKey, login]) => ({ storeKey, login }))
    .toSorted((a, b) => (a.storeKey < b.storeKey ? -1 : 1));
}

export function storeKeyOf(key: string): string {
  const address = parseAddress(key);
  return address.kind === "other" ? address.key : REGISTRY_HOST;
}

/** A login without its password. */
export interface LoginView {
  readonly host: string;
  /** Null if it is the secret itself, and for DigitalOcean's registry, where it can be. */
  readonly username: string | null;
  /** ISO 8601. Null if an earlier version stored the login without the time. */
  readonly storedAt: string | null;
}

export function viewOf({ storeKey, login }: KeyedLogin): LoginView {
  const { username, secret, storedAt } = login;
  const host = hostOf(storeKey);
  return {
    host,
    username: shownUsername(host, { username: new Secret(username), secret }) ?? null,
    storedAt: storedAt === undefined ? null : timeOf(storedAt),
  };
}

/** The address that clients send: Docker Hub's keys are URLs. */
function hostOf(storeKey: string): string {
  const isHub = storeKey === HUB_KEY || storeKey.startsWith(`${HUB_KEY}/`);
  return isHub ? `${clientKeyOf(DOCKER_HUB)}${storeKey.slice(HUB_KEY.length + 1)}` : storeKey;
}

/** The names that the user may use for a login's host. Docker Hub has several. */
export function namesOf({ host }: LoginView): readonly string[] {
  return host.startsWith(clientKeyOf(DOCKER_HUB)) ? [host, DOCKER_HUB, "index.docker.io"] : [host];
}

function timeOf(storedAt: number): string | null {
  // Date accepts no larger number, and a stored record may contain any number.
  return Math.abs(storedAt) <= 8.64e15 ? new Date(storedAt).toISOString() : null;
}

/** docr's fallback helper, which docr asks before its own store. */
export interface Fallback {
  /** The last part of its name. */
  readonly helper: string;
  /** Whether it has a login for the host, in the clients' spelling. */
  answers(host: string): boolean;
}

/** Finds the clients that get the login from docr, and those that find another login first. */
export async function findUses(
  { clients }: Pick<CommandContext, "clients">,
  fallback: Fallback | undefined,
  { host }: LoginView,
): Promise<ClientUses> {
  const uses = await (await clients()).usesOf(host);
  // docr itself answers for DigitalOcean's registry.
  if (host === REGISTRY_HOST || !fallback?.answers(host)) return uses;
  const { helper } = fallback;
  const passedOn = uses.usedBy.map((use) => ({ ...use, helper }));
  return { ...uses, usedBy: [], shadowedBy: [...passedOn, ...uses.shadowedBy] };
}
