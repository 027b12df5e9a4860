/** Finds the logins in the clients' files and in another helper: those that can move and those that cannot. */
import { type AuthEntry, hasSecret } from "../../client-config/auth-entry.ts";
import { parseSnapshot } from "../../client-config/client-file.ts";
import { credentialOf } from "../../client-config/client-login.ts";
import { hostnameOf } from "../../client-config/docker.ts";
import type { FileSnapshot } from "../../client-config/edit/snapshot.ts";
import { getFromHelper, listHelper, type RunHelper } from "../../client-config/helper-client.ts";
import type { PodmanQuestion } from "../../client-config/podman.ts";
import type { ClientName } from "../../client-config/types.ts";
import { parseAddress, REGISTRY_HOST } from "../../core/address.ts";
import type { Credential } from "../../core/credential.ts";
import { isHelperError } from "../../core/errors.ts";
import { clientKeyOf, DOCKER_HUB } from "../../core/image.ts";

/** Where a login is now. */
export type Origin =
  | { readonly kind: "file"; readonly client: ClientName; readonly path: string; readonly label: string }
  | { readonly kind: "helper"; readonly name: string; readonly label: string };

/** A login that can move. */
export interface FoundLogin {
  readonly origin: Origin;
  /** The login's key in its origin. */
  readonly key: string;
  /** The address that clients send to a helper for this login. */
  readonly serverUrl: string;
  /** The user name is `<token>` for an identity token. */
  readonly credential: Credential;
}

/** A login that stays where it is. */
export interface StayingLogin {
  readonly origin: Origin;
  readonly key: string;
  readonly reason: string;
}

export interface Finds {
  readonly found: readonly FoundLogin[];
  readonly staying: readonly StayingLogin[];
}

/** Docker Hub's logins. docker stores up to three: password, access token and refresh token. */
const HUB_URL = /^https:\/\/index\.docker\.io\/v1(?:\/|$)/;
/** docker's own login for Docker Hub. */
const HUB_LOGIN = clientKeyOf(DOCKER_HUB);
/** Docker Hub's names in podman's files. podman sends the first one to helpers. */
const HUB_HOSTS: readonly string[] = ["docker.io", "index.docker.io", "registry-1.docker.io"];

/** Finds the plain-text logins in `auths` of docker's or podman's file. Throws `client-config`. */
export function loginsInFile(file: FileSnapshot, client: ClientName): Finds {
  const origin = { kind: "file", client, path: file.path, label: file.label } as const;
  const found: FoundLogin[] = [];
  const staying: StayingLogin[] = [];
  for (const [key, entry] of parseSnapshot(file).auths) {
    if (!hasSecret(entry)) continue;
    const credential = credentialIn(entry, client);
    const serverUrl = client === "docker" ? dockerUrlOf(key) : podmanHostOf(key);
    if (typeof credential === "string") staying.push({ origin, key, reason: credential });
    else if (serverUrl === undefined) {
      staying.push({ origin, key, reason: "helpers store logins for whole registries only" });
    } else found.push({ origin, key, serverUrl, credential });
  }
  // If the file spells a registry in two ways, the client uses the plain spelling.
  return { found: found.toSorted((a, b) => rank(a) - rank(b)), staying };
}

const rank = ({ key, serverUrl }: FoundLogin): number => (key === serverUrl ? 0 : 1);

/** Gets the logins of another helper, as a client would. Throws `other-helper` if the helper does not return a list. */
export async function loginsOfHelper(name: string, runHelper: RunHelper): Promise<Finds> {
  const origin = { kind: "helper", name, label: `docker-credential-${name}` } as const;
  const found: FoundLogin[] = [];
  const staying: StayingLogin[] = [];
  for (const key of await listHelper(runHelper, name)) {
    const credential = await getIfPossible(runHelper, name, key);
    if (credential === undefined) {
      staying.push({ origin, key, reason: `docker-credential-${name} did not return it` });
    } else if (credential.username.matches(/^$/) || /^$|[\u0000-\u001f\u007f]/.test(key)) {
      staying.push({ origin, key, reason: "it has no address or no user name" });
    } else found.push({ origin, key, serverUrl: key, credential });
  }
  return { found, staying };
}

/** Returns undefined if the helper cannot return this login. The other logins can still move. */
async function getIfPossible(run: RunHelper, name: string, key: string): Promise<Credential | undefined> {
  try {
    return await getFromHelper(run, name, key);
  } catch (error) {
    if (isHelperError(error, "other-helper")) return undefined;
    throw error;
  }
}

/** Returns the entry's login, or the reason why no helper can store it. */
function credentialIn(entry: AuthEntry, client: ClientName): Credential | string {
  const { login, fault, plain, identityToken, registryToken } = entry;
  if (fault !== undefined) return "its auth is not base64 of a user name and a password";
  if (registryToken !== undefined) return "helpers cannot store a registry token";
  const credential =
    identityToken === undefined
      ? (login ?? (client === "docker" ? plain : undefined))
      : credentialOf({ kind: "identity-token", token: identityToken });
  return credential === undefined || credential.username.matches(/^$/) ? "it has no user name" : credential;
}

/** Returns undefined if the login is for a part of a registry. podman writes such logins into docker's file if DOCKER_CONFIG is set. */
function dockerUrlOf(key: string): string | undefined {
  if (HUB_URL.test(key)) return key;
  const isPart = !/^https?:\/\//.test(key) && /\/(?!v[12]\/?$)./.test(key);
  return isPart ? undefined : hostnameOf(key);
}

/** Returns undefined if the login is for a part of a registry, such as `quay.io/team`. */
function podmanHostOf(key: string): string | undefined {
  const host = /^https?:\/\//.test(key) ? hostnameOf(key) : key;
  if (host.includes("/")) return undefined;
  return HUB_HOSTS.includes(host) ? HUB_HOSTS[0] : host;
}

/** The host that podman sends to helpers for a login that docker stores under this address. Undefined if podman never sends one. */
export function podmanHostFor(serverUrl: string): string | undefined {
  return serverUrl === HUB_LOGIN ? HUB_HOSTS[0] : podmanHostOf(serverUrl);
}

/** The key under which docker looks for a login with this key in its file. */
export function dockerKeyFor(written: string): string {
  return HUB_URL.test(written) ? written : hostnameOf(written);
}

/** The image or registry for which podman uses a login with this key in its file. */
export function podmanQuestionFor(written: string): PodmanQuestion {
  const isUrl = /^https?:\/\//.test(written);
  const host = hostnameOf(written);
  const path = isUrl ? "" : written.slice(host.length + 1);
  return { host: HUB_HOSTS.includes(host) ? DOCKER_HUB : host, repository: path === "" ? undefined : path };
}

/** Whether the key belongs to the host's login or to a part of the host: `quay.io` also means `quay.io/team`. */
export function isSameHost(key: string, host: string): boolean {
  const [written, named] = [addressKeyOf({ serverUrl: key }), addressKeyOf({ serverUrl: host })];
  return written === named || written.startsWith(`${named}/`);
}

export function isDigitalOceans({ serverUrl }: Pick<FoundLogin, "serverUrl">): boolean {
  return parseAddress(serverUrl).kind === "digitalocean";
}

/** docr's key of the login. Equivalent spellings of the address have the same key. */
export function addressKeyOf({ serverUrl }: Pick<FoundLogin, "serverUrl">): string {
  const address = parseAddress(serverUrl);
  return address.kind === "digitalocean" ? REGISTRY_HOST : address.key;
}

export function isSameCredential(a: Credential, b: Credential): boolean {
  return a.username.equals(b.username) && a.secret.equals(b.secret);
}
