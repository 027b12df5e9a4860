import { HelperError } from "../../core/errors.ts";
import { DEFAULT_CONTEXT } from "../../credentials/accounts/api-tokens.ts";
import type { LogoutResult } from "../../credentials/accounts/log-out.ts";
import { undefinedIfFailed } from "../../credentials/best-effort.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { countCredentials } from "../credentials/live-table.ts";
import { parseContext } from "./context-option.ts";

/** If the store has API tokens of several accounts, the user must name one, confirm a logout of all, or use `--all`. */
export const logoutCommand = defineCommand({
  name: "logout",
  summary: "Delete the API token and revoke the credentials created with it",
  options: {
    context: { kind: "value", value: "name", description: "Log out of this account only" },
    all: {
      kind: "flag",
      description:
        "Log out of every account, and revoke what the environment's API token created (like docker logout)",
    },
  },
  examples: ["docr logout", "docr logout --context work", "docr logout --all"],
  needs: ["accounts", "settings", "terminal", "reporter"],
  async run({ options }, { accounts, settings, terminal, reporter }) {
    if (options.context !== undefined && options.all) {
      throw new HelperError("bad-arguments", "--context and --all cannot be combined");
    }
    const context = options.context === undefined ? undefined : parseContext(options.context);
    if (context === undefined && !options.all) await confirmAll({ accounts, terminal });
    const out = await terminal.spin("revoking", () =>
      context === undefined ? accounts.logOutEverywhere() : accounts.logOut(context),
    );
    const source = await findRemainingToken(context, { accounts, settings });
    if (source !== undefined) reporter.warn(`docker still gets credentials: ${source}`);
    return { text: describe(out), json: out };
  },
});

async function confirmAll({
  accounts,
  terminal,
}: Pick<CommandContext, "accounts" | "terminal">): Promise<void> {
  // Best effort: if the store fails, the logout reports that after it has done what works without the store.
  const contexts = (await undefinedIfFailed(() => accounts.contexts())) ?? [];
  if (contexts.length < 2) return;
  const names = contexts.join(", ");
  if (!terminal.canAsk) {
    throw new HelperError("bad-arguments", `several accounts are logged in: ${names}`, {
      hint: "choose one with --context, or use --all",
    });
  }
  if (await terminal.confirm(`Log out of all accounts (${names})?`)) return;
  throw new HelperError("cancelled", "cancelled");
}

/** Finds an API token that is still available after the logout: the next `get` would mint with it. */
async function findRemainingToken(
  context: string | undefined,
  { accounts, settings }: Pick<CommandContext, "accounts" | "settings">,
): Promise<string | undefined> {
  const variable = await undefinedIfFailed(async () => settings().apiToken);
  if (variable) return `${variable.source} is set`;
  const doctl = await undefinedIfFailed(() => accounts.findInDoctl(context ?? accounts.contextInUse()));
  return doctl && `${doctl.source} holds an API token`;
}

function describe({ contexts, revoked, notRevoked, inBackground }: LogoutResult): string {
  const names = contexts.map((name) => (name === DEFAULT_CONTEXT ? "the default account" : name));
  const tokens = contexts.length === 1 ? "API token" : "API tokens";
  const forgotten =
    contexts.length === 0 ? "no API token was stored" : `deleted the ${tokens} of ${names.join(", ")}`;
  const left = notRevoked === 0 ? "" : `, ${notRevoked} could not be revoked`;
  const rest = inBackground === 0 ? "" : `, and goes on with ${inBackground} in the background`;
  return `${forgotten}; revoked ${countCredentials(revoked)}${left}${rest}\n`;
}
