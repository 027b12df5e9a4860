/** The options that select the login for a registry. */
import { HelperError } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import type { ClientName } from "../../client-config/types.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import type { Options, OptionsOf } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { CLIENT_OPTION, KEY_OPTION, parseKey, type Target } from "./target.ts";
import { ANONYMOUS, findUsedLogin, type UsedLogin } from "./used-login.ts";

export const LOGIN_OPTIONS = {
  client: CLIENT_OPTION,
  key: KEY_OPTION,
  authFile: {
    kind: "value",
    value: "file",
    description: "File with the login, as docker or podman writes it (default: the client's own)",
  },
  username: { kind: "value", value: "name", description: "Use this user name instead of the client's login" },
  passwordStdin: { kind: "flag", description: "Read the password for --username from stdin" },
  anonymous: { kind: "flag", description: "Send the requests without a login" },
} as const satisfies Options;

/** The source of the login, the same for every target. */
export type LoginChoice =
  | { readonly kind: "given"; readonly used: UsedLogin }
  | {
      readonly kind: "client";
      readonly client: ClientName;
      readonly key: string | undefined;
      readonly authFile: string | undefined;
    };

/** Reads the password, if there is a user name. Throws `bad-arguments` for options that exclude each other. */
export async function readLoginChoice(
  options: OptionsOf<typeof LOGIN_OPTIONS>,
  terminal: Pick<Terminal, "askHidden" | "readSecret">,
): Promise<LoginChoice> {
  const { client, key, authFile, username, passwordStdin, anonymous } = options;
  if (passwordStdin && username === undefined) {
    throw new HelperError("bad-arguments", "--password-stdin requires --username");
  }
  const sources = [
    anonymous ? "--anonymous" : undefined,
    username === undefined ? undefined : "--username",
    authFile === undefined ? undefined : "--auth-file",
    key === undefined ? undefined : "--key",
  ].filter((flag) => flag !== undefined);
  const [first, second] = sources;
  const isAlone = first === "--auth-file" || second === undefined;
  if (!isAlone) throw new HelperError("bad-arguments", `${first} and ${second} cannot be combined`);
  if (anonymous) return { kind: "given", used: ANONYMOUS };
  if (username === undefined) return { kind: "client", client, key: parseKey(key), authFile };
  checkUsername(username);
  const secret = passwordStdin
    ? await terminal.readSecret("the password")
    : await terminal.askHidden("Password or access token", "--password-stdin");
  const login = { username: new Secret(username), secret };
  return { kind: "given", used: { login, label: "--username", json: { source: "--username" } } };
}

export async function findChosenLogin(
  choice: LoginChoice,
  target: Target,
  context: Pick<CommandContext, "clients" | "helper" | "reporter">,
): Promise<UsedLogin> {
  return choice.kind === "given" ? choice.used : findUsedLogin(context, target, choice);
}

/** Throws `bad-arguments` if docr cannot send the user name to a registry: in Basic authentication, a colon ends it. */
export function checkUsername(username: string): void {
  if (username === "" || /[\u0000-\u001f\u007f]/.test(username)) {
    throw new HelperError("bad-arguments", "the user name is empty or contains control characters");
  }
  if (username.includes(":")) {
    throw new HelperError("bad-arguments", "the user name contains a colon", {
      hint: "pass the password on stdin: --username NAME --password-stdin",
    });
  }
}
