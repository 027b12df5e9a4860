import { isHelperError } from "../../core/errors.ts";
import type { ApiTokens } from "./api-tokens.ts";
import type { TokenSource } from "../ports.ts";

/** The keychain first, then doctl's config. */
export function createTokenSource(
  apiTokens: Pick<ApiTokens, "read">,
  doctl: Omit<TokenSource, "find">,
): TokenSource {
  return {
    ...doctl,
    async find(context) {
      let missing: unknown;
      try {
        const kept = await apiTokens.read(context);
        if (kept) return kept;
      } catch (error) {
        // No keychain at all, as on a server: doctl's config may do. One that is locked may hold the token.
        if (!isHelperError(error) || error.code !== "keychain-missing") throw error;
        missing = error;
      }
      const token = await doctl.findInDoctl(context);
      if (!token && missing !== undefined) throw missing;
      return token;
    },
  };
}
