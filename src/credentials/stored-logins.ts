import { HUB_KEY, plainHostOf, REGISTRY_HOST } from "../core/address.ts";
import { HelperError } from "../core/errors.ts";
import type { SecretStore } from "../core/secret-store.ts";
import type { Secret } from "../core/secret.ts";
import { decodeLogin, encodeLogin, type Login } from "./codec.ts";

/** The prefix of logins' names in the store. */
export const LOGIN = "login:";

/** Whether the name is that of a login of a registry other than DigitalOcean's. */
export function isOtherLogin(name: string): boolean {
  return name.startsWith(LOGIN) && name !== LOGIN + REGISTRY_HOST;
}

/** Logins that clients stored. Each address key has one login, so a second user name replaces the first. */
export interface StoredLogins {
  read(key: string): Promise<Login | undefined>;
  write(key: string, login: Login): Promise<void>;
  erase(key: string): Promise<boolean>;
  /** Returns every login. A damaged one does not hide the others. */
  all(): Promise<AllLogins>;
}

export interface AllLogins {
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
  const texts = async (): Promise<ReadonlyMap<string, Secret>> => {
    const entries = [...(await store.entries(LOGIN))];
    const found = new Map(entries.map(([name, text]) => [name.slice(LOGIN.length), text]));
    const older = found.get(OLDER_HUB_KEY);
    found.delete(OLDER_HUB_KEY);
    if (older && !found.has(HUB_KEY)) found.set(HUB_KEY, older);
    return found;
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
      for (const [key, text] of await texts()) {
        const login = decodeLogin(text);
        if (login) intact.set(key, login);
        else damaged.push(nameOf(key));
      }
      return { intact, damaged };
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
