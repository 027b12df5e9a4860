/** docr's store, the destination of the logins. */
import { hasApiTokenFormat } from "../../core/api-token.ts";
import { isHelperError } from "../../core/errors.ts";
import { traitsOf } from "../../core/error-catalog.ts";
import { Secret } from "../../core/secret.ts";
import { bestEffort } from "../../credentials/best-effort.ts";
import type { CommandContext } from "../context.ts";
import { addressKeyOf, type FoundLogin, isDigitalOceans, isSameCredential } from "./found-logins.ts";

type Login = Pick<FoundLogin, "serverUrl" | "credential">;

export interface Destination {
  /** Whether docr already has the login. For DigitalOcean's registry, also if docr has minted it or stores it as the API token. */
  has(login: Login): Promise<boolean>;
  /** Whether docr has another login for the same address, which this one would replace. */
  hasAnother(login: Login): Promise<boolean>;
  /**
   * Stores the login, unless it is present, and reads it back. Returns the reason if this login cannot be stored. Throws if no login
   * can be stored.
   */
  store(login: Login): Promise<"stored" | "present" | { readonly reason: string }>;
  /** Removes a login that `store` has just stored. Best effort: the caller reports another error. */
  withdraw(login: Login): Promise<void>;
  /** Stores it again after another program has erased it. */
  restore(login: Login): Promise<void>;
}

export function createDestination(
  context: Pick<CommandContext, "helper" | "logins" | "accounts" | "inventory">,
): Destination {
  const { helper, logins, accounts, inventory } = context;
  const readToken = async () => accounts.readStored(accounts.contextInUse());
  const has = async (login: Login): Promise<boolean> => {
    const stored = await logins.read(addressKeyOf(login));
    if (stored !== undefined) {
      const { username, secret } = stored;
      if (isSameCredential(login.credential, { username: new Secret(username), secret })) return true;
    }
    if (!isDigitalOceans(login)) return false;
    const { secret } = login.credential;
    return (await readToken())?.secret.equals(secret) === true || inventory.contains(secret);
  };
  const restore = async ({ serverUrl, credential }: Login): Promise<void> => {
    await helper.store(serverUrl, credential.username.reveal(), credential.secret);
  };
  const withdraw = async (login: Login): Promise<void> => {
    await bestEffort(async () => {
      const isToken = isDigitalOceans(login) && (await readToken())?.secret.equals(login.credential.secret);
      if (isToken) await accounts.logOut(accounts.contextInUse());
      else await logins.erase(addressKeyOf(login));
    });
  };
  return {
    has,
    async hasAnother(login) {
      if (await has(login)) return false;
      if ((await logins.read(addressKeyOf(login))) !== undefined) return true;
      const { secret } = login.credential;
      if (!isDigitalOceans(login) || !hasApiTokenFormat(secret)) return false;
      // docr stores one API token for each account. It stores a credential from doctl as a login.
      return (await readToken()) !== undefined && accounts.isApiToken(secret);
    },
    async store(login) {
      try {
        if (await has(login)) return "present";
        await restore(login);
        if (await has(login)) return "stored";
        await withdraw(login);
        return { reason: "docr could not read it back from its store" };
      } catch (error) {
        if (!isHelperError(error) || traitsOf(error).family === "store") throw error;
        return { reason: error.message };
      }
    },
    withdraw,
    restore,
  };
}
