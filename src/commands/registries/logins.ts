import type { ClientUses } from "../../client-config/types.ts";
import { HUB_KEY, parseAddress, REGISTRY_HOST } from "../../core/address.ts";
import { HelperError, isHelperError } from "../../core/errors.ts";
import { clientKeyOf, DOCKER_HUB } from "../../core/image.ts";
import { Secret } from "../../core/secret.ts";
import type { Login } from "../../credentials/codec.ts";
import type { CommandContext } from "../context.ts";
import { parseTarget, type Target } from "../images/target.ts";
import { shownUsername } from "../pull-secrets/docker-config.ts";

type StoredLogins = CommandContext["logins"];

/** A login with its key in docr's store. */
export interface KeyedLogin {
  readonly storeKey: string;
  readonly login: Login;
}

/** What a login is for: a registry, or one of its repositories. */
export interface LoginAddress {
  readonly target: Target;
  readonly host: string;
  /** For messages: `ghcr.io`, `registry.local/user1/image1`. */
  readonly name: string;
  /** The address that clients send. */
  readonly key: string;
}

/** Parses a host, or a host with a path, of a registry other than DigitalOcean's. Throws `bad-arguments`. */
export function parseLoginAddress(text: string): LoginAddress {
  const target = parseTarget(text);
  const { host, repository } = target;
  if (parseAddress(host).kind !== "other") {
    throw new HelperError("bad-arguments", `docr registry does not manage the login for ${REGISTRY_HOST}`, {
      hint: "use docr login, docr logout and docr status",
    });
  }
  if (repository === undefined) return { target, host, name: host, key: clientKeyOf(host) };
  const name = `${host}/${repository}`;
  if (host === DOCKER_HUB && !NAMES_HUB.test(text)) {
    throw new HelperError("bad-arguments", "a login's address begins with the registry's host", {
      hint: `name the host: docker.io, or ${name}`,
    });
  }
  if ((target.tag ?? target.digest) !== undefined) {
    throw new HelperError("bad-arguments", "a login is for a registry or a repository, not for one image", {
      hint: `leave out the tag and the digest: ${name}`,
    });
  }
  // Clients that look for a path's login (with go-containerregistry) use this name for Docker Hub.
  return { target, host, name, key: host === DOCKER_HUB ? `index.docker.io/${repository}` : name };
}

/**
 * Like {@link parseLoginAddress}, for commands that change nothing. It also accepts DigitalOcean's registry, because a client may have
 * stored a login for it.
 */
export function parseStoredAddress(text: string): LoginAddress {
  const isOwn = parseAddress(parseTarget(text).host).kind === "digitalocean";
  return isOwn ? OWN_ADDRESS : parseLoginAddress(text);
}

const OWN_ADDRESS: LoginAddress = {
  target: { host: REGISTRY_HOST },
  host: REGISTRY_HOST,
  name: REGISTRY_HOST,
  key: REGISTRY_HOST,
};

const NAMES_HUB = /^(?:(?:docker|https?):\/\/)?(?:index\.)?docker\.io\//i;

/** Returns undefined if the store has no login for the address. */
export async function findLogin(
  logins: StoredLogins,
  { key }: LoginAddress,
): Promise<KeyedLogin | undefined> {
  const storeKey = storeKeyOf(key);
  const login = await logins.read(storeKey);
  return login && { storeKey, login };
}

/** Throws `no-login` if the store has no login for the address. */
export async function requireLogin(logins: StoredLogins, address: LoginAddress): Promise<KeyedLogin> {
  const found = await findLogin(logins, address);
  if (found) return found;
  const { name } = address;
  throw new HelperError("no-login", `docr has no login for ${name}`, {
    hint: `run docr registry list, or add one: docr registry add ${name}`,
  });
}

/**
 * Returns every intact login, sorted by key, and a warning for each damaged one and for a part of the store that is locked. The login of
 * DigitalOcean's registry is one that a client stored and docr did not mint.
 */
export async function allLogins(
  logins: StoredLogins,
): Promise<{ readonly intact: readonly KeyedLogin[]; readonly warnings: readonly string[] }> {
  const { intact, damaged, incomplete } = await logins.all();
  return {
    intact: [...intact]
      .map(([storeKey, login]) => ({ storeKey, login }))
      .toSorted((a, b) => (a.storeKey < b.storeKey ? -1 : 1)),
    warnings: [
      ...damaged.map((name) => `the stored login for ${name} is damaged; log in to it again`),
      ...(incomplete ? [`${incomplete.message}; logins stored there are not listed`] : []),
    ],
  };
}

export function storeKeyOf(key: string): string {
  const address = parseAddress(key);
  return address.kind === "other" ? address.key : REGISTRY_HOST;
}

/** A login without its password. */
export interface LoginView {
  /** With the path, if the login is for a path. */
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

/** Whether it is one of the tokens that docker stores for Docker Hub's own API. */
export function isHubToken({ storeKey }: KeyedLogin): boolean {
  return storeKey.startsWith(`${HUB_KEY}/`);
}

/** Returns undefined if a client stored the login under a key that is not a registry's address. */
export function findAddress({ host }: LoginView): LoginAddress | undefined {
  try {
    return parseStoredAddress(host);
  } catch (error) {
    if (isHelperError(error)) return undefined;
    throw error;
  }
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
