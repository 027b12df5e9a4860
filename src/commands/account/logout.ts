import { HelperError } from "../../core/errors.ts";
import { contextInUse } from "../../credentials/accounts/accounts.ts";
import { DEFAULT_CONTEXT } from "../../credentials/accounts/api-tokens.ts";
import { type LoggedOut, logOut, logOutEverywhere } from "../../credentials/accounts/log-out.ts";
import { unlessFailed } from "../../credentials/best-effort.ts";
import { defineCommand, type Result } from "../command.ts";
import type { VerbPorts } from "../ports.ts";
import { contextOption } from "./login.ts";

interface LogoutOptions {
  readonly context?: string | undefined;
  readonly all?: boolean;
}

export const logoutCommand = defineCommand({
  name: "logout",
  summary: "forget the API token, and revoke the credentials that were minted",
  options: {
    context: { kind: "value", value: "name", description: "of this account alone" },
    all: {
      kind: "flag",
      description: "of every account, and what the environment's API token has minted: as docker logout",
    },
  },
  examples: ["docr logout", "docr logout --context work", "docr logout --all"],
  needs: ["legacy"],
  run: async ({ options }, { legacy }) => logout(legacy, options),
});

/** Where several accounts are kept, which one is meant must be said, or answered. */
export async function logout(ports: VerbPorts, options: LogoutOptions): Promise<Result> {
  const { domain, terminal } = ports;
  if (options.context !== undefined && options.all === true) {
    throw new HelperError("bad-arguments", "--context and --all exclude each other");
  }
  const context = options.context === undefined ? undefined : contextOption(options.context);
  if (context === undefined && options.all !== true) await agreeOnAll(ports);
  const out = await terminal.spin("revoking", () =>
    context === undefined ? logOutEverywhere(domain) : logOut(domain, context),
  );
  for (const remark of await stillAnswering(ports, context)) terminal.remark(remark);
  return { text: describe(out), json: out };
}

async function agreeOnAll({ domain, terminal }: VerbPorts): Promise<void> {
  // What is wrong with the store the logout itself says, once it has done what can be done without.
  const contexts = (await unlessFailed(() => domain.apiTokens.contexts())) ?? [];
  if (contexts.length < 2) return;
  const names = contexts.join(", ");
  if (!terminal.canAsk) {
    throw new HelperError("bad-arguments", `API tokens of several accounts are kept: ${names}`, {
      hint: "name one with --context, or say --all",
    });
  }
  if (await terminal.confirm(`Forget the API tokens of all accounts (${names})?`)) return;
  throw new HelperError("cancelled", "cancelled");
}

/** Where an API token is found all the same, so that the next `get` mints again. */
async function stillAnswering({ domain }: VerbPorts, context: string | undefined): Promise<string[]> {
  const fromEnvironment = await unlessFailed(async () => domain.settings().apiToken);
  if (fromEnvironment) return [`${fromEnvironment.source} is set: docker still gets credentials with it`];
  const doctl = await unlessFailed(() => domain.tokenSource.findInDoctl(context ?? contextInUse(domain)));
  return doctl ? [`${doctl.source} holds an API token: docker still gets credentials with it`] : [];
}

function describe({ contexts, revoked, notRevoked }: LoggedOut): string {
  const names = contexts.map((name) => (name === DEFAULT_CONTEXT ? "the default account" : name));
  const tokens = contexts.length === 1 ? "API token" : "API tokens";
  const forgotten =
    contexts.length === 0 ? "no API token was kept" : `forgot the ${tokens} of ${names.join(", ")}`;
  const left = notRevoked === 0 ? "" : `, ${notRevoked} could not be revoked`;
  return `${forgotten}; revoked ${revoked}${left}\n`;
}
