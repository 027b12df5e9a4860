import type { Credential } from "../../core/credential.ts";
import { HelperError } from "../../core/errors.ts";
import { clientKeyOf } from "../../core/image.ts";
import { Secret } from "../../core/secret.ts";
import type { LoginCheck } from "../../oci/registries.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { defineCommand, type Options, type Result } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { checkUsername } from "../images/given-login.ts";
import { checkNoFallback, openFallback } from "./fallback.ts";
import { findLogin, findUses, parseOtherHost, requireLogin, viewOf } from "./logins.ts";

const OPTIONS = {
  username: { kind: "value", value: "name", description: "User name" },
  passwordStdin: { kind: "flag", description: "Read the password or access token from stdin" },
  check: { kind: "negation", description: "Store the login without checking it with the registry" },
} as const satisfies Options;

const NEEDS = [
  "machine",
  "general",
  "helper",
  "logins",
  "clients",
  "registries",
  "terminal",
  "reporter",
  "runHelper",
] as const satisfies readonly (keyof CommandContext)[];

type LoginContext = Pick<CommandContext, (typeof NEEDS)[number]>;

/** Stores a login once the registry has accepted it. */
export const addCommand = defineCommand({
  name: "registry add",
  arguments: ["<host>"],
  summary: "Check a login with the registry and store it",
  options: { ...OPTIONS, yes: { kind: "flag", description: "Replace a stored login without asking" } },
  examples: [
    "docr registry add ghcr.io --username sammy",
    "docr registry add localhost:5000 --username sammy --password-stdin --no-check < password.txt",
  ],
  needs: NEEDS,
  async run({ options, args: [text] }, context) {
    const { logins, terminal } = context;
    const host = parseOtherHost(text);
    await checkNoFallback(context, host, clientKeyOf(host));
    const present = await findLogin(logins, host);
    if (present && !options.yes) await confirmReplacement(terminal, host);
    if (options.username === undefined && options.passwordStdin) {
      throw new HelperError("bad-arguments", "--password-stdin requires --username");
    }
    const username = options.username ?? (await terminal.ask(`User name for ${host}`, "--username"));
    const secret = await readPassword(terminal, host, options.passwordStdin);
    const login = { host, key: clientKeyOf(host), username, secret };
    return storeLogin(context, login, { check: options.check, verb: "stored" });
  },
});

/** Changes the user name, the password or both. Without options, asks for a new password. Throws `no-login`. */
export const updateCommand = defineCommand({
  name: "registry update",
  arguments: ["<host>"],
  summary: "Change the user name or the password of a stored login",
  options: OPTIONS,
  examples: ["docr registry update ghcr.io --password-stdin < password.txt"],
  needs: NEEDS,
  async run({ options, args: [text] }, context) {
    const host = parseOtherHost(text);
    await checkNoFallback(context, host, clientKeyOf(host));
    const { login: present } = await requireLogin(context.logins, host);
    const username = options.username ?? present.username;
    const keepsPassword = options.username !== undefined && !options.passwordStdin;
    const secret = keepsPassword
      ? present.secret
      : await readPassword(context.terminal, host, options.passwordStdin);
    const login = { host, key: present.serverUrl, username, secret };
    return storeLogin(context, login, { check: options.check, verb: "updated" });
  },
});

async function confirmReplacement(terminal: Terminal, host: string): Promise<void> {
  if (!terminal.canAsk) {
    throw new HelperError("bad-arguments", `a login for ${host} is already stored`, {
      hint: `change it with docr registry update ${host}, or replace it with --yes`,
    });
  }
  if (await terminal.confirm(`A login for ${host} is already stored. Replace it?`)) return;
  throw new HelperError("cancelled", "cancelled");
}

async function readPassword(terminal: Terminal, host: string, fromStdin: boolean): Promise<Secret> {
  return fromStdin
    ? terminal.readSecret("the password")
    : terminal.askHidden(`Password or access token for ${host}`, "--password-stdin");
}

interface NewLogin {
  readonly host: string;
  /** The address that clients send for this host. */
  readonly key: string;
  readonly username: string;
  readonly secret: Secret;
}

async function storeLogin(
  context: LoginContext,
  { host, key, username, secret }: NewLogin,
  { check, verb }: { readonly check: boolean; readonly verb: string },
): Promise<Result> {
  checkUsername(username);
  if (secret.matches(/^$/)) throw new HelperError("bad-arguments", "the password is empty");
  const { helper, logins, terminal, reporter } = context;
  let checked: LoginCheck | undefined;
  if (check) {
    const credential: Credential = { username: new Secret(username), secret };
    const registries = await context.registries();
    checked = await terminal.spin(`asking ${host}`, () => registries.checkLogin(host, credential));
  }
  await helper.store(key, username, secret);
  const view = viewOf(await requireLogin(logins, host));
  const { usedBy } = await findUses(context, await openFallback(context), view);
  if (usedBy.length === 0) {
    reporter.warn(`no client asks docr for ${host} yet; run docr configure --global`);
  }
  const why = checked === "not-needed" ? `: ${host} answers without a login` : "";
  const unchecked = checked === "accepted" ? "" : ` (not checked${why})`;
  return {
    text: `${verb} the login${view.username === null ? "" : ` of ${view.username}`} for ${host}${unchecked}\n`,
    json: { ...view, checked: checked === "accepted" },
  };
}
