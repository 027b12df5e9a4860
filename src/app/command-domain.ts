/** The parts of the domain that commands use. */
import type { CommandContext } from "../commands/context.ts";
import { contextInUse } from "../credentials/accounts/accounts.ts";
import { checkApiToken, logIn } from "../credentials/accounts/log-in.ts";
import { logOut, logOutEverywhere } from "../credentials/accounts/log-out.ts";
import { isApiToken } from "../credentials/accounts/store-credential.ts";
import type { Helper } from "../credentials/helper.ts";
import { takeInventory } from "../credentials/inventory/inventory.ts";
import { giveOut } from "../credentials/issue.ts";
import { entryOf } from "../credentials/minting/cache-key.ts";
import { findToken } from "../credentials/minting/replace.ts";
import type { HelperPorts } from "../credentials/ports.ts";

/** For the list of registries behind an error, in milliseconds. */
const LIST_BUDGET_MS = 5_000;

export type CommandDomain = Pick<
  CommandContext,
  | "settings"
  | "accounts"
  | "accountApi"
  | "issue"
  | "inventory"
  | "logins"
  | "store"
  | "helper"
  | "clock"
  | "sha256"
>;

export function createCommandDomain(ports: HelperPorts, helper: Helper): CommandDomain {
  return {
    settings: () => ports.settings(),
    accounts: {
      contextInUse: () => contextInUse(ports),
      logIn: (token, context) => logIn(ports, token, context),
      checkApiToken: (token) => checkApiToken(ports, token),
      isApiToken: (secret) => isApiToken(ports, secret),
      logOut: (context) => logOut(ports, context),
      logOutEverywhere: () => logOutEverywhere(ports),
      contexts: () => ports.apiTokens.contexts(),
      readStored: (context) => ports.apiTokens.read(context),
      find: (context) => ports.tokenSource.find(context),
      findInDoctl: (context) => ports.tokenSource.findInDoctl(context),
      async listRegistries({ registry, context }) {
        const entry = entryOf(ports.settings(), { kind: "docr", registry }, ports.sha256);
        const token = await (context === undefined
          ? findToken(ports, entry)
          : ports.tokenSource.find(context));
        return token ? (await ports.api(LIST_BUDGET_MS)).listRegistries(token) : [];
      },
    },
    accountApi: (budgetMs) => ports.accountApi(budgetMs),
    issue: (order) => giveOut(ports, order),
    inventory: {
      living: () => takeInventory(ports),
      async contains(secret) {
        for (const place of ports.everywhere()) if (await place.isOurs(secret)) return true;
        return false;
      },
      prune: () => helper.prune(),
      hasCache: () => ports.minted().kept !== undefined,
    },
    logins: ports.logins,
    store: ports.secrets,
    helper,
    clock: ports.clock,
    sha256: ports.sha256,
  };
}
