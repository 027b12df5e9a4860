import { HelperError } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { defineCommand, type Options, type Result } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { checkUsername } from "../images/given-login.ts";
import { checkNoFallback, openFallback } from "./fallback.ts";
import { checkWithRegistry } from "./check.ts";
import { findLogin, findUses, type LoginAddress, parseLoginAddress, requireLogin, viewOf } from "./logins.ts";

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
    "docr registry add registry.local/user1/image1 --username sammy",
    "docr registry add localhost:5000 --username sammy --password-stdin --no-check < password.txt",
  ],
  needs: NEEDS,
  async run({ options, args: [text] }, context) {
    const { logins, terminal } = context;
    const address = parseLoginAddress(text);
    const { name } = address;
    await checkNoFallback(context, address);
    const present = await findLogin(logins, address);
    if (present && !options.yes) await confirmReplacement(terminal, name);
    if (options.username === undefined && options.passwordStdin) {
      throw new HelperError("bad-arguments", "--password-stdin requires --username");
    }
    const username = options.username ?? (await terminal.ask(`User name for ${name}`, "--username"));
    const secret = await readPassword(terminal, name, options.passwordStdin);
    const login = { address, key: address.key, username, secret };
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
    const address = parseLoginAddress(text);
    await checkNoFallback(context, address);
    const { login: present } = await requireLogin(context.logins, address);
    const username = options.username ?? present.username;
    const keepsPassword = options.username !== undefined && !options.passwordStdin;
    const secret = keepsPassword
      ? present.secret
      : await readPassword(context.terminal, address.name, options.passwordStdin);
    const login = { address, key: present.serverUrl, username, secret };
    return storeLogin(context, login, { check: options.check, verb: "updated" });
  },
});

async function confirmReplacement(terminal: Terminal, name: string): Promise<void> {
  if (!terminal.canAsk) {
    throw new HelperError("bad-arguments", `a login for ${name} is already stored`, {
      hint: `change it with docr registry update ${name}, or replace it with --yes`,
    });
  }
  if (await terminal.confirm(`A login for ${name} is already stored. Replace it?`)) return;
  throw new HelperError("cancelled", "cancelled");
}

async function readPassword(terminal: Terminal, name: string, fromStdin: boolean): Promise<Secret> {
  return fromStdin
    ? terminal.readSecret("the password")
    : terminal.askHidden(`Password or access token for ${name}`, "--password-stdin");
}

interface NewLogin {
  readonly address: LoginAddress;
  /** The key to store it under. */
  readonly key: string;
  readonly username: string;
  readonly secret: Secret;
}

async function storeLogin(
  context: LoginContext,
  { address, key, username, secret }: NewLogin,
  { check, verb }: { readonly check: boolean; readonly verb: string },
): Promise<Result> {
  checkUsername(username);
  if (secret.matches(/^$/)) throw new HelperError("bad-arguments", "the password is empty");
  const { helper, logins, reporter } = context;
  const { name, host } = address;
  const checked = check
    ? await checkWithRegistry(address, { username: new Secret(username), secret }, context)
    : undefined;
  await helper.store(key, username, secret);
  const view = viewOf(await requireLogin(logins, address));
  const { usedBy } = await findUses(context, await openFallback(context), view);
  if (usedBy.length === 0) {
    reporter.warn(`no client asks docr for ${name} yet; run docr configure --global`);
  }
  if (address.name !== host) {
    context.terminal.note(`docker and podman ask for ${host}; crane, ko and cosign ask for ${name} first`);
  }
  const why = checked === "not-needed" ? `: ${host} answers without a login` : "";
  const unchecked = checked === "accepted" ? "" : ` (not checked${why})`;
  return {
    text: `${verb} the login${view.username === null ? "" : ` of ${view.username}`} for ${name}${unchecked}\n`,
    json: { ...view, checked: checked === "accepted" },
  };
}
