import { type ApiToken, requireApiToken } from "../../core/api-token.ts";
import type { Entries, SecretStore } from "../../core/secret-store.ts";
import type { Secret } from "../../core/secret.ts";

/** The prefix of API tokens' names in the store. */
const API_TOKEN = "api-token:";
/** The account that docr uses if no account is named. doctl uses the same name. */
export const DEFAULT_CONTEXT = "default";

/** API tokens in the store, one for each account. An undefined context is the default account. */
export interface ApiTokens {
  /** Throws `bad-api-token` if the item contains something else: another program may have written it. */
  read(context: string | undefined): Promise<ApiToken | undefined>;
  /** Returns whether this token is new: the account had none, or another one. */
  write(context: string | undefined, secret: Secret): Promise<boolean>;
  /** Returns whether the account had a token. */
  erase(context: string | undefined): Promise<boolean>;
  /** Erases every account's token and returns the names of the accounts. If a part of the store is locked, throws after the rest is erased. */
  eraseAll(): Promise<readonly string[]>;
  contexts(): Promise<StoredContexts>;
}

/** The accounts that have an API token in the store. */
export interface StoredContexts extends Pick<Entries, "incomplete"> {
  /** In alphabetical order. */
  readonly names: readonly string[];
}

/** `storeName` is the store as messages call it. */
export function createApiTokens(store: SecretStore, storeName: () => string): ApiTokens {
  const contexts = async (): Promise<StoredContexts> => {
    const tokens = await store.entries(API_TOKEN);
    const names = [...tokens.keys()].map((name) => name.slice(API_TOKEN.length)).toSorted();
    return { names, incomplete: tokens.incomplete };
  };
  return {
    async read(context) {
      const secret = await store.read(nameOf(context));
      const label = context === undefined || context === DEFAULT_CONTEXT ? "" : ` (context ${context})`;
      if (!secret) return undefined;
      return requireApiToken(secret, { kind: "keychain", account: "" }, `${storeName()}${label}`, {
        hint: "run docr login to replace it",
      });
    },
    async write(context, secret) {
      const previous = await store.read(nameOf(context));
      if (previous?.equals(secret) === true) return false;
      await store.write(nameOf(context), secret);
      return true;
    },
    erase: (context) => store.erase(nameOf(context)),
    async eraseAll() {
      const { names, incomplete } = await contexts();
      for (const name of names) await store.erase(nameOf(name));
      if (incomplete) throw incomplete;
      return names;
    },
    contexts,
  };
}

function nameOf(context: string | undefined): string {
  return API_TOKEN + (context ?? DEFAULT_CONTEXT);
}
