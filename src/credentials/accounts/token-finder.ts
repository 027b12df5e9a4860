import type { ApiToken } from "../../core/api-token.ts";
import { isHelperError } from "../../core/errors.ts";
import type { Trace } from "../../core/reporter.ts";
import type { CacheKey } from "../minting/cache-key.ts";
import type { DoctlTokens } from "../minting/ports.ts";
import type { ApiTokens } from "./api-tokens.ts";

/** Finds the API token that mints. Throws `bad-api-token` for one that is empty or malformed, and errors of the store. */
export interface TokenFinder {
  /** For a `get`: from the environment, else the store, else doctl's configuration. Undefined: there is none. */
  find(key: Pick<CacheKey, "context" | "account">): Promise<ApiToken | undefined>;
  /** The account's own token, from the store or doctl's configuration. */
  findForAccount(context: string | undefined): Promise<ApiToken | undefined>;
  /** Whether the token is still what `find` returns. A store that fails now counts as yes: it says nothing of a logout. */
  isCurrent(token: ApiToken, key: Pick<CacheKey, "context">): Promise<boolean>;
}

export function createTokenFinder(
  fromEnvironment: () => ApiToken | undefined,
  apiTokens: Pick<ApiTokens, "read">,
  doctl: Pick<DoctlTokens, "find">,
  trace: Trace,
): TokenFinder {
  const findForAccount = async (context: string | undefined): Promise<ApiToken | undefined> => {
    let missing: unknown;
    try {
      const stored = await apiTokens.read(context);
      if (stored) return stored;
    } catch (error) {
      // Without a keychain, as on a server, doctl's configuration may hold a token. A locked keychain may hold the right one.
      if (!isHelperError(error, "keychain-missing")) throw error;
      missing = error;
    }
    const token = await doctl.find(context);
    if (!token && missing !== undefined) throw missing;
    return token;
  };
  return {
    findForAccount,
    async find({ context, account }) {
      const token = fromEnvironment() ?? (await findForAccount(context));
      trace("token", { source: token?.source ?? "none" });
      if (!token || token.origin.kind === "environment") return token;
      return { ...token, origin: { ...token.origin, account } };
    },
    async isCurrent(token, { context }) {
      if (token.origin.kind === "environment") return true;
      try {
        const now = await findForAccount(context);
        return now?.secret.equals(token.secret) === true;
      } catch {
        return true;
      }
    },
  };
}
