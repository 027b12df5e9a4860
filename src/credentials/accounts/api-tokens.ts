import type { ApiToken } from "../../core/api-token.ts";
import type { Secret } from "../../core/secret.ts";
import type { SecretStore } from "../../core/secret-store.ts";

const PREFIX = "api-token:";
/** The account that is meant where nothing names one; doctl calls it the same. */
export const DEFAULT_CONTEXT = "default";

/** API tokens in the keychain, one for each named account. Undefined names the default account. */
export interface ApiTokens {
  read(context: string | undefined): Promise<ApiToken | undefined>;
  /** Returns whether it differs from the one that was there, or none was. */
  write(context: string | undefined, secret: Secret): Promise<boolean>;
  /** Whether there was one. */
  erase(context: string | undefined): Promise<boolean>;
  /** Every account's. Returns their names. */
  eraseAll(): Promise<readonly string[]>;
  /** The names of the accounts, in the order of the alphabet. */
  contexts(): Promise<readonly string[]>;
}

export function createApiTokens(keychain: SecretStore): ApiTokens {
  const contexts = async (): Promise<readonly string[]> => {
    const tokens = await keychain.entries(PREFIX);
    return [...tokens.keys()].map((name) => name.slice(PREFIX.length)).toSorted();
  };
  return {
    async read(context) {
      const secret = await keychain.read(nameOf(context));
      const account = context === undefined || context === DEFAULT_CONTEXT ? "" : ` (context ${context})`;
      return (
        secret && { secret, origin: { kind: "keychain", account: "" }, source: `the keychain${account}` }
      );
    },
    async write(context, secret) {
      const before = await keychain.read(nameOf(context));
      if (before?.equals(secret) === true) return false;
      await keychain.write(nameOf(context), secret);
      return true;
    },
    erase: (context) => keychain.erase(nameOf(context)),
    async eraseAll() {
      const names = await contexts();
      for (const name of names) await keychain.erase(nameOf(name));
      return names;
    },
    contexts,
  };
}

function nameOf(context: string | undefined): string {
  return PREFIX + (context ?? DEFAULT_CONTEXT);
}
