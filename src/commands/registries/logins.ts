/** Logins of other registries in our own store, as `docr registry` shows them. */
import { HelperError } from "../../core/errors.ts";
import type { Login } from "../../credentials/codec.ts";
import type { ClientUses } from "../../client-config/types.ts";
import type { VerbPorts } from "../ports.ts";
import { parseAddress, REGISTRY_HOST } from "../../core/address.ts";
import { clientKeyOf, DOCKER_HUB } from "../../core/image.ts";
import { Secret } from "../../core/secret.ts";
import { fallbackOf } from "../fallback.ts";
import { shownUsername } from "../pull-secrets/docker-config.ts";
import { parseHost } from "../images/target.ts";

/** A login in our store, and the key it is under there. */
export interface KeptLogin {
  readonly storeKey: string;
  readonly login: Login;
}

/** The host of a registry that is not DigitalOcean's. Throws `bad-arguments`. */
export function otherHost(text: string): string {
  const host = parseHost(text);
  if (parseAddress(host).kind === "other") return host;
  throw new HelperError("bad-arguments", `${REGISTRY_HOST} is no registry like others`, {
    hint: "its logins: docr login, docr logout, docr status",
  });
}

/** Undefined where none is kept for the host. Docker Hub has two keys: docker's old one, and podman's. */
export async function findLogin(ports: VerbPorts, host: string): Promise<KeptLogin | undefined> {
  for (const key of new Set([clientKeyOf(host), host])) {
    const storeKey = storeKeyOf(key);
    const login = await ports.domain.logins.read(storeKey);
    if (login) return { storeKey, login };
  }
  return undefined;
}

/** The same, for where there must be one. Throws `no-login`. */
export async function needLogin(ports: VerbPorts, host: string): Promise<KeptLogin> {
  const found = await findLogin(ports, host);
  if (found) return found;
  throw new HelperError("no-login", `no login for ${host} is kept`, {
    hint: `see docr registry list, or keep one: docr registry add ${host}`,
  });
}

/** Every login but that of our own host, by host. */
export async function allLogins(ports: VerbPorts): Promise<readonly KeptLogin[]> {
  const all = await ports.domain.logins.all();
  return [...all]
    .filter(([storeKey]) => storeKey !== REGISTRY_HOST)
    .map(([storeKey, login]) => ({ storeKey, login }))
    .toSorted((a, b) => (a.storeKey < b.storeKey ? -1 : 1));
}

function storeKeyOf(key: string): string {
  const address = parseAddress(key);
  return address.kind === "other" ? address.key : REGISTRY_HOST;
}

/** What scripts get of a login. */
export interface LoginView {
  readonly host: string;
  /** Null where it is the secret itself. */
  readonly username: string | null;
  /** Null for a login from before this was noted. */
  readonly storedAt: string | null;
}

export function viewOf({ storeKey, login }: KeptLogin): LoginView {
  const { username, secret, storedAt } = login;
  const host = hostOf(storeKey);
  return {
    host,
    username: shownUsername(host, { username: new Secret(username), secret }) ?? null,
    storedAt: storedAt === undefined ? null : momentOf(storedAt),
  };
}

/** As clients ask for it: Docker Hub's keys are URLs. */
function hostOf(storeKey: string): string {
  const hub = clientKeyOf(DOCKER_HUB);
  const isHub = storeKeyOf(hub) === storeKey || storeKey.startsWith(`${storeKeyOf(hub)}/`);
  return isHub ? `${hub}${storeKey.slice(storeKeyOf(hub).length + 1)}` : storeKey;
}

function momentOf(storedAt: number): string | null {
  // A record may hold any number.
  return Math.abs(storedAt) <= 8.64e15 ? new Date(storedAt).toISOString() : null;
}

/** Which clients would ask us for it, and be given it. Remarks on files that cannot be read. */
export async function findUses(ports: VerbPorts, { host }: LoginView): Promise<ClientUses> {
  const uses = await (await ports.clients()).usesOf(host);
  const helper = fallbackOf(ports).name;
  if (helper === undefined) return uses;
  const handedOn = uses.usedBy.map((use) => ({ ...use, helper }));
  return { ...uses, usedBy: [], shadowedBy: [...handedOn, ...uses.shadowedBy] };
}

/** Throws `bad-setting` where another helper has every host but ours, so that nobody would ask us for a login. */
export function checkNotBeside(ports: VerbPorts, host: string): void {
  const { name, isFixed } = fallbackOf(ports);
  if (name === undefined) return;
  throw new HelperError("bad-setting", `docker-credential-${name} answers for ${host}, and not docr`, {
    hint: isFixed
      ? `log in with docker login ${host}, or unset DOCR_FALLBACK`
      : `log in with docker login ${host}, or have docr keep all logins: docr migrate --from ${name}`,
  });
}
