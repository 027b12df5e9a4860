import { HelperError } from "../errors.ts";
import type { Secret } from "../secret.ts";
import type { SecretStore } from "./ports.ts";
import { decodeLogin, encodeLogin, type Login } from "./records.ts";

const PREFIX = "login:";

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
      const kept = await keychain.read(PREFIX + key);
      return kept && decode(kept);
    },
    write: (key, login) => keychain.write(PREFIX + key, encodeLogin(login)),
    erase: (key) => keychain.erase(PREFIX + key),
    async all() {
      const kept = await keychain.entries(PREFIX);
      return new Map([...kept].map(([name, value]) => [name.slice(PREFIX.length), decode(value)]));
    },
  };
}

function decode(kept: Secret): Login {
  const login = decodeLogin(kept);
  if (login) return login;
  throw new HelperError("keychain-damaged", "the keychain holds a login that this program did not write");
}
