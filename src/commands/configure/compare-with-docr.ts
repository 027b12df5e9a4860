import { findInHelper } from "../../client-config/helper-client.ts";
import type { Credential } from "../../core/credential.ts";
import { undefinedIfFailed } from "../../credentials/best-effort.ts";
import type { CommandContext } from "../context.ts";
import type { Destination } from "../migrate/destination.ts";
import { addressKeyOf, type FoundLogin, isDigitalOceans, isSameCredential } from "../migrate/found-logins.ts";

/**
 * Compares a login with the one that docr will return for the address once it is configured. For DigitalOcean's registry, an API
 * token counts as the same login. A store that fails now counts as one without a login.
 */
export type CompareWithDocr = (
  serverUrl: string,
  /** Undefined if no helper can store the login. */
  credential: Credential | undefined,
) => Promise<"same" | "another" | "none">;

export function createComparison(
  { accounts, logins, runHelper }: Pick<CommandContext, "accounts" | "logins" | "runHelper">,
  destination: Destination,
  fallback: string | undefined,
): CompareWithDocr {
  return async (serverUrl, credential) => {
    if (isDigitalOceans({ serverUrl })) {
      if (await undefinedIfFailed(() => accounts.findInUse())) return "same";
    } else if (fallback !== undefined) {
      const theirs = await undefinedIfFailed(() => findInHelper(runHelper, fallback, serverUrl));
      if (theirs) return credential && isSameCredential(theirs, credential) ? "same" : "another";
    }
    if (!credential) {
      const stored = await undefinedIfFailed(() => logins.read(addressKeyOf({ serverUrl })));
      return stored ? "another" : "none";
    }
    return (await undefinedIfFailed(() => compareWith(destination, serverUrl, credential))) ?? "none";
  };
}

async function compareWith(
  destination: Destination,
  serverUrl: string,
  credential: Credential,
): Promise<"same" | "another" | "none"> {
  const login: Pick<FoundLogin, "serverUrl" | "credential"> = { serverUrl, credential };
  if (await destination.has(login)) return "same";
  return (await destination.hasAnother(login)) ? "another" : "none";
}
