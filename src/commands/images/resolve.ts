import { helperOf, loginIn, type Resolved, settingOf } from "../../client-config/types.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import { printable } from "../../core/text.ts";
import { alignColumns } from "../../terminal/table.ts";
import { defineCommand } from "../command.ts";
import { openCredential, openSecret, shownUsername } from "../pull-secrets/docker-config.ts";
import { resolveAndWarn } from "./resolve-and-warn.ts";
import { CLIENT_OPTION, KEY_OPTION, parseKey, parseTarget } from "./target.ts";

/** Exit code if the client continues without a login. Scripts can distinguish it from a failure. */
const NO_LOGIN = 3;

/** Finds the login as the client would: runs the helper that the client's configuration names. If that is docr, it may mint. */
export const resolveCommand = defineCommand({
  name: "resolve",
  arguments: ["<image|host>"],
  summary: "Show which login a client would use for an image",
  options: {
    client: CLIENT_OPTION,
    key: KEY_OPTION,
    reveal: { kind: "flag", description: "Show the user name and the secret" },
  },
  examples: [
    "docr resolve registry.digitalocean.com/acme/app",
    "docr resolve docker.io --client podman",
    "docr resolve registry.example --key https://auth.example/v1/ --reveal --json",
  ],
  exitCodes: { 0: "login found", 3: "no login: the client goes on without one" },
  needs: ["clients", "terminal", "reporter"],
  async run({ options, args: [text] }, context) {
    const { host, repository } = parseTarget(text);
    const resolved = await resolveAndWarn(context, host, options.client, {
      repository,
      key: parseKey(options.key),
    });
    const login = describeLogin(host, resolved, options.reveal);
    const helper = helperOf(resolved);
    if (host === REGISTRY_HOST && helper !== "docr") {
      context.reporter.warn(
        `${options.client} is not configured to ask docr for ${host}; run docr configure`,
      );
    }
    const { client, source, key } = resolved;
    const kind = settingOf(resolved);
    return {
      text: alignColumns(
        [
          ["client", client],
          ["key", printable(key)],
          ["from", kind === "none" ? printable(source) : `${printable(source)} (${kind})`],
          ...(helper === undefined ? [] : [["helper", `docker-credential-${helper}`]]),
          ["login", login.kind ?? `none: ${client} goes on without a login`],
          ...(login.kind === undefined ? [] : secretRows(login)),
        ],
        context.terminal.width,
      ),
      json: {
        client,
        host,
        repository: repository ?? null,
        key,
        kind,
        source,
        helper: helper ?? null,
        login: login.kind ?? null,
        username: login.username ?? null,
        ...(options.reveal && { secret: login.secret ?? null }),
      },
      exitCode: login.kind === undefined ? NO_LOGIN : 0,
    };
  },
});

interface LoginView {
  readonly kind: "password" | "identity token" | "registry token" | undefined;
  /** Undefined if there is none, or if it may be the secret itself. */
  readonly username?: string | undefined;
  /** Only with `--reveal`. */
  readonly secret?: string | undefined;
}

function describeLogin(host: string, resolved: Resolved, isRevealed: boolean): LoginView {
  const login = loginIn(resolved);
  if (login === undefined) return { kind: undefined };
  if (login.kind !== "password") {
    const kind = login.kind === "identity-token" ? "identity token" : "registry token";
    return { kind, ...(isRevealed && { secret: openSecret(login.token) }) };
  }
  const { kind, credential } = login;
  if (!isRevealed) return { kind, username: shownUsername(host, credential) };
  const { username, password } = openCredential(credential);
  return { kind, username, secret: password };
}

function secretRows({ kind, username, secret }: LoginView): string[][] {
  const hidden = "hidden (show it with --reveal)";
  return [
    ...(kind === "password" ? [["user name", printable(username ?? hidden)]] : []),
    [kind === "password" ? "password" : "token", printable(secret ?? hidden)],
  ];
}
