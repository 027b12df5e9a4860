import { storeNameOf } from "../../config/general.ts";
import { type ApiToken, TOKENS_PAGE } from "../../core/api-token.ts";
import { HelperError } from "../../core/errors.ts";
import type { Secret } from "../../core/secret.ts";
import { DEFAULT_CONTEXT } from "../../credentials/accounts/api-tokens.ts";
import { canPush } from "../../credentials/accounts/log-in.ts";
import { undefinedIfFailed } from "../../credentials/best-effort.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { parseContext } from "./context-option.ts";
import { findMissingSetup } from "./missing-setup.ts";
import { describeLogin, jsonOfLogin } from "./login-report.ts";

/** Checks an API token and its scopes with DigitalOcean, then stores it. Stores nothing if DigitalOcean rejects it. */
export const loginCommand = defineCommand({
  name: "login",
  summary: "Log in to DigitalOcean with an API token",
  options: {
    context: {
      kind: "value",
      value: "name",
      description: "Account to log in to (default: the current account)",
    },
    tokenStdin: { kind: "flag", description: "Read the API token from stdin" },
    fromDoctl: { kind: "flag", description: "Use the API token that doctl has for the account" },
  },
  examples: ["docr login", "docr login --context work --token-stdin < token.txt", "docr login --from-doctl"],
  needs: ["accounts", "settings", "general", "machine", "clients", "clock", "terminal", "reporter"],
  async run({ options }, parts) {
    const { accounts, settings, general, clock, terminal, reporter } = parts;
    const context = options.context === undefined ? accounts.contextInUse() : parseContext(options.context);
    const token = await obtainToken(options, context, { accounts, terminal });
    const accepted = await terminal.spin("asking DigitalOcean", () => accounts.logIn(token, context));
    if (!accepted.token) {
      reporter.warn("DigitalOcean did not report the scopes of the API token");
    } else if (!canPush(accepted.token)) {
      reporter.warn("this API token can pull but not push: it lacks the scope registry:update");
    }
    const store = storeNameOf(general());
    for (const text of warningsFor(context, settings(), parts)) reporter.warn(text);
    for (const text of await findMissingSetup(parts)) reporter.warn(text);
    const stored = { context: context ?? DEFAULT_CONTEXT, store, now: clock.read().now };
    return { text: describeLogin(accepted, stored, terminal.width), json: jsonOfLogin(accepted, stored) };
  },
});

async function obtainToken(
  { tokenStdin, fromDoctl }: { readonly tokenStdin: boolean; readonly fromDoctl: boolean },
  context: string | undefined,
  { accounts, terminal }: Pick<CommandContext, "accounts" | "terminal">,
): Promise<ApiToken> {
  if (tokenStdin && fromDoctl) {
    throw new HelperError("bad-arguments", "--token-stdin and --from-doctl cannot be combined");
  }
  if (tokenStdin) return tokenOf(await terminal.readSecret("the API token"), "stdin");
  if (fromDoctl) {
    const token = await accounts.findInDoctl(context);
    if (token) return token;
    throw new HelperError("no-api-token", "doctl's configuration has no API token for this account", {
      hint: "run doctl auth init, or log in without --from-doctl",
    });
  }
  if (!terminal.canAsk) {
    throw new HelperError("bad-arguments", "there is no terminal to ask for the API token", {
      hint: "pass it on stdin with --token-stdin, or use doctl's with --from-doctl",
    });
  }
  return askForToken(context, { accounts, terminal });
}

async function askForToken(
  context: string | undefined,
  { accounts, terminal }: Pick<CommandContext, "accounts" | "terminal">,
): Promise<ApiToken> {
  // A store that fails must do so before the user creates a token for it.
  const present = await terminal.spin("opening the store", () => accounts.readStored(context));
  if (present) {
    terminal.note(`account ${context ?? DEFAULT_CONTEXT} has an API token; a new one replaces it`);
  }
  // Best effort: an error in doctl's file must not stop the login.
  const doctl = await undefinedIfFailed(() => accounts.findInDoctl(context));
  if (doctl && (await terminal.confirm(`Use the API token in ${doctl.source}?`))) return doctl;
  terminal.note(`create an API token at ${TOKENS_PAGE}`);
  terminal.note("with the scopes registry:read and registry:update");
  return tokenOf(await terminal.askHidden("DigitalOcean API token"), "the prompt");
}

function tokenOf(secret: Secret, source: string): ApiToken {
  return { secret: secret.trimmed(), origin: { kind: "keychain", account: "" }, source };
}

/** Warns if `get` will use another account than the one that the user has just logged in to. */
function warningsFor(
  context: string | undefined,
  { apiToken, contexts }: ReturnType<CommandContext["settings"]>,
  { accounts, machine }: Pick<CommandContext, "accounts" | "machine">,
): readonly string[] {
  const warnings: string[] = [];
  if (apiToken) {
    warnings.push(`${apiToken.source} is set and takes precedence; unset it to use this account`);
  }
  const name = context ?? DEFAULT_CONTEXT;
  const current = accounts.contextInUse() ?? DEFAULT_CONTEXT;
  if (name !== current && !Object.values(contexts).includes(name)) {
    const next = machine.env["DIGITALOCEAN_CONTEXT"]
      ? `set DIGITALOCEAN_CONTEXT=${name}`
      : `run docr context use ${name}`;
    warnings.push(`the current account is ${current}; ${next} to use this one`);
  }
  return warnings;
}
