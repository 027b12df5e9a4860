import { alignColumns } from "../../terminal/table.ts";
import { defineCommand, type Result } from "../command.ts";
import { helperOf, loginIn, type Resolved, settingOf } from "../../client-config/types.ts";
import type { VerbPorts } from "../ports.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import { openCredential, openSecret, shownUsername } from "../pull-secrets/docker-config.ts";
import { resolveAloud } from "./resolve-aloud.ts";
import {
  checkedKey,
  CLIENT_OPTION,
  type ClientOptions,
  KEY_OPTION,
  parseTarget,
  printable,
} from "./target.ts";

interface ResolveFlags extends ClientOptions {
  readonly reveal?: boolean;
}

/** A client goes on without a login: an answer, but not the one that a script hopes for. */
const NO_LOGIN = 3;

export const resolveCommand = defineCommand({
  name: "resolve",
  arguments: ["<image|host>"],
  summary: "show which login a client would use for an image, and where it is from",
  options: {
    client: CLIENT_OPTION,
    key: KEY_OPTION,
    reveal: { kind: "flag", description: "show the user name and the secret" },
  },
  examples: [
    "docr resolve registry.digitalocean.com/acme/app",
    "docr resolve docker.io --client podman",
    "docr resolve registry.example --key https://auth.example/v1/ --reveal --json",
  ],
  exitCodes: { 0: "there is a login", 3: "there is none and the client goes on without" },
  needs: ["legacy"],
  run: async ({ options, args: [target] }, { legacy }) => resolve(legacy, target, options),
});

/** Asks just as the client would: the helper that its configuration names is run, and ours may mint for it. */
export async function resolve(ports: VerbPorts, text: string, flags: ResolveFlags): Promise<Result> {
  const { host, repository } = parseTarget(text);
  const options = { repository, key: checkedKey(flags.key) };
  const resolved = await resolveAloud(ports, host, flags.client, options);
  const login = describeLogin(host, resolved, flags.reveal === true);
  const helper = helperOf(resolved);
  if (host === REGISTRY_HOST && helper !== "docr") {
    ports.terminal.remark(
      `${flags.client} is not configured to ask docr for ${host}; docr configure does that`,
    );
  }
  const { client, source, key } = resolved;
  const kind = settingOf(resolved);
  return {
    text: alignColumns([
      ["client", client],
      ["key", printable(key)],
      ["from", kind === "none" ? printable(source) : `${printable(source)} (${kind})`],
      ...(helper === undefined ? [] : [["helper", `docker-credential-${helper}`]]),
      ["login", login.kind ?? `none: ${client} goes on without`],
      ...(login.kind === undefined ? [] : secretRows(login)),
    ]),
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
      ...(flags.reveal && { secret: login.secret ?? null }),
    },
    exitCode: login.kind === undefined ? NO_LOGIN : 0,
  };
}

interface LoginView {
  readonly kind: "password" | "identity token" | "registry token" | undefined;
  /** Undefined where there is none, and where it is not to be seen. */
  readonly username?: string | undefined;
  /** Where it was asked for. */
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
  const hidden = "hidden; --reveal shows it";
  return [
    ...(kind === "password" ? [["user name", printable(username ?? hidden)]] : []),
    [kind === "password" ? "password" : "token", printable(secret ?? hidden)],
  ];
}
