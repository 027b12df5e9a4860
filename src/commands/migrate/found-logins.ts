/** The logins that could move, and those that cannot: out of the clients' files, and from another helper. */
import { getFromHelper, listHelper } from "../../client-config/helper-client.ts";
import { type AuthEntry, hasSecret } from "../../client-config/auth-entry.ts";
import { parseClientFile } from "../../client-config/client-file.ts";
import { hostnameOf } from "../../client-config/docker.ts";
import { withoutMark } from "../../client-config/client-file.ts";
import { credentialOf } from "../../client-config/client-login.ts";
import { isHelperError } from "../../core/errors.ts";
import type { FileSnapshot } from "../../client-config/edit/snapshot.ts";
import type { VerbPorts } from "../ports.ts";
import { parseAddress, REGISTRY_HOST } from "../../core/address.ts";
import type { Credential } from "../../core/credential.ts";
import type { Client } from "../configure/places.ts";

/** Where a login is now. */
export type Origin =
  | { readonly kind: "file"; readonly client: Client; readonly path: string; readonly label: string }
  | { readonly kind: "helper"; readonly name: string; readonly label: string };

/** One that could move. */
export interface FoundLogin {
  readonly origin: Origin;
  /** As it is written where it is now. */
  readonly key: string;
  /** What clients ask a helper for when they want it. */
  readonly serverUrl: string;
  /** With an identity token, the user name `<token>`. */
  readonly credential: Credential;
}

/** One that stays where it is. */
export interface StayingLogin {
  readonly origin: Origin;
  readonly key: string;
  readonly reason: string;
}

export interface Finds {
  readonly found: readonly FoundLogin[];
  readonly staying: readonly StayingLogin[];
}

/** Docker Hub's logins, of which docker keeps up to three: password, access token and refresh token. */
const HUB_URL = /^https:\/\/index\.docker\.io\/v1(?:\/|$)/;
/** The ways in which podman's files name Docker Hub; it asks helpers for the first. */
const HUB_HOSTS: readonly string[] = ["docker.io", "index.docker.io", "registry-1.docker.io"];

/** What `auths` of docker's or podman's file holds in plain text. Throws `client-config`. */
export function loginsInFile({ path, label, text = "" }: FileSnapshot, client: Client): Finds {
  const origin = { kind: "file", client, path, label } as const;
  const found: FoundLogin[] = [];
  const staying: StayingLogin[] = [];
  for (const [key, entry] of parseClientFile(withoutMark(text), label).auths) {
    if (!hasSecret(entry)) continue;
    const credential = credentialIn(entry, client);
    const serverUrl = client === "docker" ? dockerUrlOf(key) : podmanHostOf(key);
    if (typeof credential === "string") staying.push({ origin, key, reason: credential });
    else if (serverUrl === undefined) {
      staying.push({ origin, key, reason: "helpers are asked for whole registries alone" });
    } else found.push({ origin, key, serverUrl, credential });
  }
  // Where a registry is written in two ways, the client takes the plain one.
  return { found: found.toSorted((a, b) => rank(a) - rank(b)), staying };
}

const rank = ({ key, serverUrl }: FoundLogin): number => (key === serverUrl ? 0 : 1);

/** What another helper keeps, asked as clients ask it. Throws `other-helper` where it gives no list. */
export async function loginsOfHelper(name: string, ports: Pick<VerbPorts, "runHelper">): Promise<Finds> {
  const runHelper: VerbPorts["runHelper"] = (...asked) => ports.runHelper(...asked);
  const origin = { kind: "helper", name, label: `docker-credential-${name}` } as const;
  const found: FoundLogin[] = [];
  const staying: StayingLogin[] = [];
  for (const key of await listHelper(runHelper, name)) {
    const credential = await askQuietly(name, key, runHelper);
    if (credential === undefined) {
      staying.push({ origin, key, reason: `docker-credential-${name} does not give it` });
    } else if (credential.username.matches(/^$/) || /^$|[\u0000-\u001f\u007f]/.test(key)) {
      staying.push({ origin, key, reason: "it has no address or no user name" });
    } else found.push({ origin, key, serverUrl: key, credential });
  }
  return { found, staying };
}

/** One login that a helper fails to give must not keep the others from moving. */
async function askQuietly(
  name: string,
  key: string,
  runHelper: VerbPorts["runHelper"],
): Promise<Credential | undefined> {
  try {
    return await getFromHelper(runHelper, name, key);
  } catch (error) {
    if (isHelperError(error) && error.code === "other-helper") return undefined;
    throw error;
  }
}

/** The login, or why it can be none in a helper. */
function credentialIn(entry: AuthEntry, client: Client): Credential | string {
  const { login, fault, plain, identityToken, registryToken } = entry;
  if (fault !== undefined) return "its auth is not base64 of a user name and a password";
  if (registryToken !== undefined) return "no helper can keep a registry token";
  const credential =
    identityToken === undefined
      ? (login ?? (client === "docker" ? plain : undefined))
      : credentialOf({ kind: "identity-token", token: identityToken });
  return credential === undefined || credential.username.matches(/^$/) ? "it has no user name" : credential;
}

/** Undefined for a login of a part of a registry, which podman keeps in docker's file where it is told to. */
function dockerUrlOf(key: string): string | undefined {
  if (HUB_URL.test(key)) return key;
  const isPart = !/^https?:\/\//.test(key) && /\/(?!v[12]\/?$)./.test(key);
  return isPart ? undefined : hostnameOf(key);
}

/** Undefined for a login of a part of a registry, `quay.io/team`. */
function podmanHostOf(key: string): string | undefined {
  const host = /^https?:\/\//.test(key) ? hostnameOf(key) : key;
  if (host.includes("/")) return undefined;
  return HUB_HOSTS.includes(host) ? HUB_HOSTS[0] : host;
}

export function isOurHost({ serverUrl }: Pick<FoundLogin, "serverUrl">): boolean {
  return parseAddress(serverUrl).kind === "docr";
}

/** The name that it is kept under, equal for spellings that mean the same. */
export function addressKeyOf({ serverUrl }: Pick<FoundLogin, "serverUrl">): string {
  const address = parseAddress(serverUrl);
  return address.kind === "docr" ? REGISTRY_HOST : address.key;
}

/** The user name as it is to be kept. */
export function usernameOf({ credential }: FoundLogin): string {
  return credential.username.reveal();
}

export function isSameCredential(a: Credential, b: Credential): boolean {
  return a.username.equals(b.username) && a.secret.equals(b.secret);
}
