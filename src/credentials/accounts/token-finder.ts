import { type ApiToken, identityOf } from "../../core/api-token.ts";
import { isHelperError } from "../../core/errors.ts";
import type { Trace } from "../../core/reporter.ts";
import type { Sha256 } from "../../core/secret.ts";
import type { CacheKey } from "../minting/cache-key.ts";
import type { DoctlTokens } from "../minting/ports.ts";
import type { ApiTokens } from "./api-tokens.ts";

/** Finds the API token to mint with. Throws `bad-api-token` if it is empty or malformed, and errors of the store. */
export interface TokenFinder {
  /** Returns the token for a `get`: from the environment, the store or doctl's configuration, in this order. Undefined if there is none. */
  find(key: Pick<CacheKey, "context" | "account">): Promise<ApiToken | undefined>;
  /** Returns the account's own token, from the store or doctl's configuration. */
  findForAccount(context: string | undefined): Promise<ApiToken | undefined>;
  /** Whether `find` still returns this token. Returns true if the store fails now, because a failure does not mean a logout. */
  isCurrent(token: ApiToken, key: Pick<CacheKey, "context">): Promise<boolean>;
}

export function createTokenFinder(
  fromEnvironment: () => ApiToken | undefined,
  apiTokens: Pick<ApiTokens, "read">,
  doctl: Pick<DoctlTokens, "find">,
  trace: Trace,
  sha256: Sha256,
): TokenFinder {
  const findForAccount = async (context: string | undefined): Promise<ApiToken | undefined> => {
    let missing: unknown;
    try {
      const stored = await apiTokens.read(context);
      if (stored) return stored;
    } catch (error) {
      // Without a keychain, as on a server, try doctl's configuration. If the keychain is locked, fail: it may contain the right token.
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
      if (!token) return undefined;
      if (token.origin.kind === "environment") {
        return { ...token, origin: { kind: "environment", tokenDigest: identityOf(token, sha256) } };
      }
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
