import { HelperError } from "../errors.ts";
import type { Secret } from "../secret.ts";
import type { SecretStore } from "./ports.ts";
import { decodeLogin, encodeLogin, type Login } from "./records.ts";

/** Begins the names of their items. */
export const LOGIN = "login:";

/** Logins that somebody stored: one for each address key, so that a second user name replaces the first. */
export interface Logins {
  read(key: string): Promise<Login | undefined>;
  write(key: string, login: Login): Promise<void>;
  erase(key: string): Promise<boolean>;
  /** Every login by its address key. */
  all(): Promise<ReadonlyMap<string, Login>>;
}

export function createLogins(keychain: SecretStore): Logins {
  return {
    async read(key) {
      const kept = await keychain.read(LOGIN + key);
      return kept && decode(kept);
    },
    write: (key, login) => keychain.write(LOGIN + key, encodeLogin(login)),
    erase: (key) => keychain.erase(LOGIN + key),
    async all() {
      const kept = await keychain.entries(LOGIN);
      return new Map([...kept].map(([name, value]) => [name.slice(LOGIN.length), decode(value)]));
    },
  };
}

function decode(kept: Secret): Login {
  const login = decodeLogin(kept);
  if (login) return login;
  throw new HelperError("keychain-damaged", "the keychain holds a login that this program did not write");
}
