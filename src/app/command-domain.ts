/** Wires the parts of the domain that commands use. */
import type { CommandContext } from "../commands/context.ts";
import { setApiToken } from "../credentials/accounts/accounts.ts";
import { checkApiToken } from "../credentials/accounts/log-in.ts";
import { logOut } from "../credentials/accounts/log-out.ts";
import { isApiToken } from "../credentials/accounts/store-credential.ts";
import { isMintedByDocr, takeInventory } from "../credentials/inventory/inventory.ts";
import { issueCredential, issueCredentials } from "../credentials/issue.ts";
import { BARE_HOST } from "../credentials/minting/cache-key.ts";
import { revokeIssued } from "../credentials/revoke-issued.ts";
import type { Credentials } from "./compose-credentials.ts";

/** Time limit for listing the registries that an error's hint names. */
const LIST_BUDGET_MS = 5_000;

export type CommandDomain = Pick<
  CommandContext,
  | "settings"
  | "accounts"
  | "accountApi"
  | "issue"
  | "issueAll"
  | "revokeIssued"
  | "finishedLogin"
  | "inventory"
  | "logins"
  | "store"
  | "helper"
  | "clock"
  | "sha256"
>;

export function createCommandDomain(credentials: Credentials): CommandDomain {
  const { settings, keyOf, apiTokens, tokens, openApi, accountPorts, allInventories, current } = credentials;
  const { logins, store, helperAfresh: helper, clock, sha256, allPlaces, nodePlace } = credentials;
  const { trace } = credentials.reporter;
  const checkPorts = { allInventories, openApi };
  const issuePorts = { ...credentials, trace };
  return {
    settings,
    logins,
    store,
    helper,
    clock,
    sha256,
    accounts: {
      contextInUse: () => keyOf(BARE_HOST).context,
      findInUse: () => tokens.find(keyOf(BARE_HOST)),
      checkApiToken: (token) => checkApiToken(token, checkPorts),
      isApiToken: (secret) => isApiToken(secret, openApi),
      async logIn(token, context) {
        const accepted = await checkApiToken(token, checkPorts);
        await setApiToken(context, token.secret, accountPorts, accepted);
        return accepted;
      },
      async copyApiToken(from, to) {
        const token = await apiTokens.read(from);
        if (token) await apiTokens.write(to, token.secret);
      },
      logOut: (context) => logOut({ kind: "account", context, storeId: settings().storeId }, accountPorts),
      logOutToken: (token) => logOut({ kind: "token", token }, accountPorts),
      logOutEverywhere: () => logOut({ kind: "everything" }, accountPorts),
      contexts: () => apiTokens.contexts(),
      readStored: (context) => apiTokens.read(context),
      find: (context) => tokens.findForAccount(context),
      findInDoctl: (context) => credentials.doctl.find(context),
      async listRegistries({ registry, context }) {
        const token = await (context === undefined
          ? tokens.find(keyOf({ registry }))
          : tokens.findForAccount(context));
        return token ? (await openApi(LIST_BUDGET_MS)).listRegistries(token) : [];
      },
    },
    accountApi: openApi,
    issue: (order) => issueCredential(order, issuePorts),
    issueAll: (order) => issueCredentials(order, issuePorts),
    finishedLogin: () => credentials.finishedLogin.describe(),
    revokeIssued: (secrets, stateDir) =>
      revokeIssued(secrets, { ...credentials, allPlaces: () => allPlaces(stateDir) }),
    inventory: {
      living: (stateDir) => takeInventory(allInventories(stateDir)),
      held: async (stateDir) => (await nodePlace(stateDir)?.held.secrets()) ?? [],
      contains: (secret) => isMintedByDocr(allInventories(), secret),
      prune: () => credentials.revocation.revokeSuperseded("all"),
      hasCache: () => current().cache !== undefined,
      canRecord: credentials.canRecord,
    },
  };
}
