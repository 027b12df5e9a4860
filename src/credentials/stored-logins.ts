import { plainHostOf, REGISTRY_HOST } from "../core/address.ts";
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
  /** Returns every login by its address key. Throws `keychain-damaged` if one is damaged. */
  all(): Promise<ReadonlyMap<string, Login>>;
  /** Returns the same, without damaged logins. */
  intact(): Promise<ReadonlyMap<string, Login>>;
}

export function createStoredLogins(store: SecretStore): StoredLogins {
  return {
    async read(key) {
      const text = await store.read(LOGIN + key);
      return text && decode(key, text);
    },
    write: (key, login) => store.write(LOGIN + key, encodeLogin(login)),
    erase: (key) => store.erase(LOGIN + key),
    async all() {
      const logins = new Map<string, Login>();
      for (const [name, text] of await store.entries(LOGIN)) {
        const key = name.slice(LOGIN.length);
        logins.set(key, decode(key, text));
      }
      return logins;
    },
    async intact() {
      const logins = new Map<string, Login>();
      for (const [name, text] of await store.entries(LOGIN)) {
        const login = decodeLogin(text);
        if (login) logins.set(name.slice(LOGIN.length), login);
      }
      return logins;
    },
  };
}

function decode(key: string, text: Secret): Login {
  const login = decodeLogin(text);
  if (login) return login;
  const host = plainHostOf(key) ?? "an unusual address";
  throw new HelperError("keychain-damaged", `the stored login for ${host} is damaged`);
}
