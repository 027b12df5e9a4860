import type { ApiToken } from "../../core/api-token.ts";
import { HelperError, isHelperError } from "../../core/errors.ts";
import { DEFAULT_CONTEXT } from "../../credentials/accounts/api-tokens.ts";
import { type LogoutResult, NOT_RECORDED } from "../../credentials/accounts/log-out.ts";
import { undefinedIfFailed } from "../../credentials/best-effort.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { countCredentials } from "../credentials/live-table.ts";
import { parseContext } from "./context-option.ts";

/** What to log out of. */
type Scope =
  | { readonly kind: "account"; readonly context: string | undefined }
  | { readonly kind: "token"; readonly token: ApiToken }
  | { readonly kind: "everything" };

/**
 * Without options, logs out of the account in use. If the environment has an API token, revokes only the credentials created with
 * that token.
 */
export const logoutCommand = defineCommand({
  name: "logout",
  summary: "Delete the current account's API token and revoke the credentials created with it",
  options: {
    context: { kind: "value", value: "name", description: "Log out of this account" },
    all: {
      kind: "flag",
      description: "Log out of every account, and revoke the credentials of the environment's API token",
    },
  },
  examples: ["docr logout", "docr logout --context work", "docr logout --all"],
  needs: ["accounts", "settings", "terminal", "reporter"],
  async run({ options }, { accounts, settings, terminal, reporter }) {
    if (options.context !== undefined && options.all) {
      throw new HelperError("bad-arguments", "--context and --all cannot be combined");
    }
    const scope: Scope = options.all
      ? { kind: "everything" }
      : options.context === undefined
        ? findScopeInUse({ accounts, settings })
        : { kind: "account", context: parseContext(options.context) };
    const out = await terminal.spin("revoking", () => logOut(scope, accounts));
    const source = await findRemainingToken(scope, { accounts, settings });
    if (source !== undefined) reporter.warn(`docker still gets credentials: ${source}`);
    const stored = options.all ? undefined : await undefinedIfFailed(() => accounts.contexts());
    const left = stored?.names ?? [];
    if (left.length > 0)
      terminal.note(`still logged in: ${left.join(", ")}; docr logout --all logs out of all accounts`);
    return { text: describe(out, scope), json: out };
  },
});

function findScopeInUse({ accounts, settings }: Pick<CommandContext, "accounts" | "settings">): Scope {
  try {
    const { apiToken } = settings();
    return apiToken
      ? { kind: "token", token: apiToken }
      : { kind: "account", context: accounts.contextInUse() };
  } catch (error) {
    if (!isHelperError(error)) throw error;
    // Because of the wrong setting, the account in use is unknown.
    throw new HelperError(error.code, error.message, {
      cause: error,
      hint: "correct the setting, or log out of every account: docr logout --all",
    });
  }
}

function logOut(scope: Scope, accounts: CommandContext["accounts"]): Promise<LogoutResult> {
  switch (scope.kind) {
    case "account":
      return accounts.logOut(scope.context);
    case "token":
      return accounts.logOutToken(scope.token);
    case "everything":
      return accounts.logOutEverywhere();
  }
}

/** Finds an API token that remains after the logout, and that the next `get` would use. */
async function findRemainingToken(
  scope: Scope,
  { accounts, settings }: Pick<CommandContext, "accounts" | "settings">,
): Promise<string | undefined> {
  const variable = await undefinedIfFailed(async () => settings().apiToken);
  if (variable) return `${variable.source} is set`;
  const context = scope.kind === "account" ? scope.context : undefined;
  const doctl = await undefinedIfFailed(async () => accounts.findInDoctl(context ?? accounts.contextInUse()));
  return doctl && `${doctl.source} holds an API token`;
}

function describe(result: LogoutResult, scope: Scope): string {
  const { contexts, revoked, notRevoked, inBackground, isMintedKnown } = result;
  const left = notRevoked === 0 ? "" : `, ${notRevoked} could not be revoked`;
  const rest = inBackground === 0 ? "" : `, still revoking ${inBackground} in the background`;
  const known = `revoked ${countCredentials(revoked)}${left}${rest}`;
  const isNone = revoked + notRevoked + inBackground === 0;
  const counts = isMintedKnown ? known : isNone ? NOT_RECORDED : `${known}; ${NOT_RECORDED}`;
  if (scope.kind === "token" && isMintedKnown) {
    return `${counts}, created with the API token from ${scope.token.source}\n`;
  }
  if (scope.kind === "token") return `${counts}\n`;
  const names = contexts.map((name) => (name === DEFAULT_CONTEXT ? "the default account" : name));
  const tokens = contexts.length === 1 ? "API token" : "API tokens";
  const deleted =
    contexts.length === 0 ? "no API token was stored" : `deleted the ${tokens} of ${names.join(", ")}`;
  return `${deleted}; ${counts}\n`;
}
