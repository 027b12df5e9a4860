import { parseAddress } from "../core/address.ts";
import { isHelperError } from "../core/errors.ts";
import { Secret } from "../core/secret.ts";
import type { Helper } from "../credentials/helper.ts";

/**
 * Returns a helper whose `get` for another registry without a login returns an empty user name and an empty secret. Clients take that
 * for "no login". A `get` for DigitalOcean's registry still fails: it serves no image without a login, and the error has the reason.
 */
export function withEmptyLogins(helper: Helper, hasOwnLogins: () => boolean): Helper {
  return {
    ...helper,
    async get(serverUrl) {
      try {
        return await helper.get(serverUrl);
      } catch (error) {
        if (parseAddress(serverUrl).kind === "digitalocean" || !isMissing(error)) throw error;
        return { username: new Secret(""), secret: new Secret("") };
      }
    },
  };

  /** A server without a keychain has no login either, unless docr has stored one before. */
  function isMissing(error: unknown): boolean {
    return isHelperError(error, "not-found") || (isHelperError(error, "keychain-missing") && !hasOwnLogins());
  }
}
