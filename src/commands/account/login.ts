import { parseContextName } from "../../config/config-file.ts";
import { HelperError } from "../../core/errors.ts";
import { contextInUse } from "../../credentials/accounts/accounts.ts";
import { DEFAULT_CONTEXT } from "../../credentials/accounts/api-tokens.ts";
import { logIn, mayPush } from "../../credentials/accounts/log-in.ts";
import { unlessFailed } from "../../credentials/best-effort.ts";
import { defineCommand, type Result } from "../command.ts";
import type { VerbPorts } from "../ports.ts";
import type { ApiToken } from "../../core/api-token.ts";
import type { Secret } from "../../core/secret.ts";
import { describeLogin, jsonOfLogin } from "./login-report.ts";
import { storeName } from "../stores.ts";

interface LoginOptions {
  readonly context?: string | undefined;
  readonly tokenStdin?: boolean;
  readonly fromDoctl?: boolean;
}

export const loginCommand = defineCommand({
  name: "login",
  summary: "keep an API token of DigitalOcean, once DigitalOcean has accepted it",
  options: {
    context: {
      kind: "value",
      value: "name",
      description: "the account's name, as in doctl; the one in use unless told",
    },
    tokenStdin: { kind: "flag", description: "read the API token from stdin" },
    fromDoctl: { kind: "flag", description: "take the API token that doctl has for the context" },
  },
  examples: ["docr login", "docr login --context work --token-stdin < token.txt", "docr login --from-doctl"],
  needs: ["legacy"],
  run: async ({ options }, { legacy }) => login(legacy, options),
});

/** Checks an API token and its scopes with DigitalOcean, then keeps it; nothing is kept of one that is refused. */
export async function login(ports: VerbPorts, options: LoginOptions): Promise<Result> {
  const { domain, terminal } = ports;
  const context = options.context === undefined ? contextInUse(domain) : contextOption(options.context);
  const token = await obtainToken(ports, context, options);
  const accepted = await terminal.spin("asking DigitalOcean", () => logIn(domain, token, context));
  for (const remark of remarksOn(ports, context)) terminal.remark(remark);
  if (!accepted.token) terminal.remark("DigitalOcean did not say which scopes the API token has");
  else if (!mayPush(accepted.token)) {
    terminal.remark("this API token can pull but not push: it lacks the scope registry:update");
  }
  const kept = {
    context: context ?? DEFAULT_CONTEXT,
    store: storeName(ports.machine),
    now: domain.clock.read().now,
  };
  return { text: describeLogin(accepted, kept), json: jsonOfLogin(accepted, kept) };
}

/** The account's name in the value of --context. Throws `bad-arguments`. */
export function contextOption(text: string): string {
  return parseContextName(text, "--context", "bad-arguments");
}

async function obtainToken(
  { domain, terminal }: VerbPorts,
  context: string | undefined,
  { tokenStdin, fromDoctl }: LoginOptions,
): Promise<ApiToken> {
  if (tokenStdin === true && fromDoctl === true) {
    throw new HelperError("bad-arguments", "--token-stdin and --from-doctl exclude each other");
  }
  if (tokenStdin === true) return tokenFrom(await terminal.readSecret(), "standard input");
  if (fromDoctl === true) {
    const token = await domain.tokenSource.findInDoctl(context);
    if (token) return token;
    throw new HelperError("no-api-token", "doctl's config has no API token for this context", {
      hint: "run: doctl auth init, or leave --from-doctl out",
    });
  }
  if (!terminal.canAsk) {
    throw new HelperError("bad-arguments", "there is no terminal to ask for the API token on", {
      hint: "pipe it in with --token-stdin, or take doctl's with --from-doctl",
    });
  }
  // Only an offer: a config that doctl itself could not read must not end the login.
  const doctl = await unlessFailed(() => domain.tokenSource.findInDoctl(context));
  if (doctl && (await terminal.confirm(`Use the API token in ${doctl.source}?`))) return doctl;
  return tokenFrom(await terminal.askHidden("DigitalOcean API token"), "what was typed");
}

function tokenFrom(secret: Secret, source: string): ApiToken {
  return { secret: secret.trimmed(), origin: { kind: "keychain", account: "" }, source };
}

/** What keeps the account from being the one that a `get` uses. */
function remarksOn({ domain }: VerbPorts, context: string | undefined): string[] {
  const { apiToken, contexts } = domain.settings();
  const remarks: string[] = [];
  if (apiToken) {
    remarks.push(`${apiToken.source} is set and wins over what is kept; unset it to use this account`);
  }
  const name = context ?? DEFAULT_CONTEXT;
  const used = contextInUse(domain) ?? DEFAULT_CONTEXT;
  if (name !== used && !Object.values(contexts).includes(name)) {
    remarks.push(`the context in use is ${used}: set DIGITALOCEAN_CONTEXT=${name} to use this account`);
  }
  return remarks;
}
