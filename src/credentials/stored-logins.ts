import { HUB_KEY, parseAddress, plainHostOf, REGISTRY_HOST } from "../core/address.ts";
import { HelperError } from "../core/errors.ts";
import { type Entries, asEntries, type SecretStore } from "../core/secret-store.ts";
import type { Secret } from "../core/secret.ts";
import { decodeLogin, encodeLogin, type Login } from "./codec.ts";

/** The prefix of logins' names in the store. */
export const LOGIN = "login:";

/** Whether the name is that of a login of a registry other than DigitalOcean's. */
export function isOtherLogin(name: string): boolean {
  return name.startsWith(LOGIN) && name !== LOGIN + REGISTRY_HOST;
}

/** What a stored value says about itself, if it is a login. */
export interface LoginFacts {
  /** Its name in the store. */
  readonly name: string;
  /** Milliseconds since the epoch. Undefined if an earlier version stored it. */
  readonly storedAt: number | undefined;
}

/** Returns undefined for other values, and for Docker Hub's logins, which earlier versions stored under another name. */
export function readLoginFacts(text: Secret): LoginFacts | undefined {
  const login = decodeLogin(text);
  if (!login) return undefined;
  const address = parseAddress(login.serverUrl);
  const key = address.kind === "other" ? address.key : REGISTRY_HOST;
  return key === HUB_KEY ? undefined : { name: LOGIN + key, storedAt: login.storedAt };
}

/** Logins that clients stored. Each address key has one login, so a second user name replaces the first. */
export interface StoredLogins {
  read(key: string): Promise<Login | undefined>;
  write(key: string, login: Login): Promise<void>;
  erase(key: string): Promise<boolean>;
  /** Returns every login. A damaged one does not hide the others. */
  all(): Promise<AllLogins>;
}

export interface AllLogins extends Pick<Entries, "incomplete"> {
  /** By address key. */
  readonly intact: ReadonlyMap<string, Login>;
  /** What messages call the registries whose logins are damaged. */
  readonly damaged: readonly string[];
}

/** The key under which earlier versions stored the Docker Hub login of podman and skopeo. */
const OLDER_HUB_KEY = "docker.io";

export function createStoredLogins(store: SecretStore): StoredLogins {
  const read = async (key: string): Promise<Login | undefined> => {
    const text = await store.read(LOGIN + key);
    return text && decode(key, text);
  };
  /** Texts by address key. docker's own login for Docker Hub comes before the older one. */
  const texts = async (): Promise<Entries> => {
    const entries = await store.entries(LOGIN);
    const found = new Map([...entries].map(([name, text]) => [name.slice(LOGIN.length), text]));
    const older = found.get(OLDER_HUB_KEY);
    found.delete(OLDER_HUB_KEY);
    if (older && !found.has(HUB_KEY)) found.set(HUB_KEY, older);
    return asEntries(found, entries.incomplete);
  };
  return {
    async read(key) {
      return (await read(key)) ?? (key === HUB_KEY ? read(OLDER_HUB_KEY) : undefined);
    },
    async write(key, login) {
      await store.write(LOGIN + key, encodeLogin(login));
      if (key === HUB_KEY) await store.erase(LOGIN + OLDER_HUB_KEY);
    },
    async erase(key) {
      const isErased = await store.erase(LOGIN + key);
      const isOlderErased = key === HUB_KEY && (await store.erase(LOGIN + OLDER_HUB_KEY));
      return isErased || isOlderErased;
    },
    async all() {
      const intact = new Map<string, Login>();
      const damaged: string[] = [];
      const found = await texts();
      for (const [key, text] of found) {
        const login = decodeLogin(text);
        if (login) intact.set(key, login);
        else damaged.push(nameOf(key));
      }
      return { intact, damaged, incomplete: found.incomplete };
    },
  };
}

function decode(key: string, text: Secret): Login {
  const login = decodeLogin(text);
  if (login) return login;
  throw new HelperError("keychain-damaged", `the stored login for ${nameOf(key)} is damaged`);
}

function nameOf(key: string): string {
  return plainHostOf(key) ?? "an unusual address";
}
