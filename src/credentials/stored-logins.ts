import { HelperError } from "../core/errors.ts";
import type { Secret } from "../core/secret.ts";
import type { SecretStore } from "../core/secret-store.ts";
import { plainHostOf } from "../core/address.ts";
import { decodeLogin, encodeLogin, type Login } from "./codec.ts";

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
      return kept && decode(key, kept);
    },
    write: (key, login) => keychain.write(LOGIN + key, encodeLogin(login)),
    erase: (key) => keychain.erase(LOGIN + key),
    async all() {
      const kept = await keychain.entries(LOGIN);
      const keys = [...kept].map(([name, value]) => [name.slice(LOGIN.length), value] as const);
      return new Map(keys.map(([key, value]) => [key, decode(key, value)]));
    },
  };
}

function decode(key: string, kept: Secret): Login {
  const login = decodeLogin(kept);
  if (login) return login;
  const place = plainHostOf(key) ?? "an unusual address";
  throw new HelperError(
    "keychain-damaged",
    `the keychain's login for ${place} is not one that this program wrote`,
  );
}
