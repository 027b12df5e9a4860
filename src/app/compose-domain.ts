/** Wires what commands use of the domain. */
import type { CommandDomain } from "../commands/domain.ts";
import { setApiToken } from "../credentials/accounts/accounts.ts";
import { checkApiToken } from "../credentials/accounts/log-in.ts";
import { logOut } from "../credentials/accounts/log-out.ts";
import { isApiToken } from "../credentials/accounts/store-credential.ts";
import { isMintedByDocr, takeInventory } from "../credentials/inventory/inventory.ts";
import { issueCredential } from "../credentials/issue.ts";
import { BARE_HOST } from "../credentials/minting/cache-key.ts";
import type { Credentials } from "./compose-credentials.ts";

export function composeDomain(credentials: Credentials): CommandDomain {
  const { settings, keyOf, tokens, openApi, accountPorts, allInventories, current } = credentials;
  const { trace } = credentials.reporter;
  const checkPorts = { allInventories, openApi };
  return {
    ...credentials,
    trace,
    contextInUse: () => keyOf(BARE_HOST).context,
    findTokenInUse: () => tokens.find(keyOf(BARE_HOST)),
    checkApiToken: (token) => checkApiToken(token, checkPorts),
    async logIn(token, context) {
      const accepted = await checkApiToken(token, checkPorts);
      await setApiToken(context, token.secret, accountPorts);
      return accepted;
    },
    logOut: (context) => logOut(context, settings(), accountPorts),
    logOutEverywhere: credentials.logOut,
    openAccountApi: openApi,
    issue: (order) => issueCredential(order, { keyOf, tokens, openApi, current, trace }),
    takeInventory: () => takeInventory(allInventories()),
    revokeSuperseded: () => credentials.revocation.revokeSuperseded("all"),
    isMintedByDocr: (secret) => isMintedByDocr(allInventories(), secret),
    isApiToken: (secret) => isApiToken(secret, openApi),
    cachesCredentials: () => current().cache !== undefined,
  };
}
