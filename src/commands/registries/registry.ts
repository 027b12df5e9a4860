import { type CommandGroup, defineCommand, type Option } from "../command.ts";
import { addLogin, updateLogin } from "./add.ts";
import { listLogins, showLogin } from "./list.ts";
import { removeLogin } from "./remove.ts";

const LOGIN_OPTIONS = {
  username: { kind: "value", value: "name", description: "the user name" },
  passwordStdin: { kind: "flag", description: "read the password, or an access token, from stdin" },
  check: { kind: "negation", description: "keep it without asking the registry" },
} as const satisfies Readonly<Record<string, Option>>;

const list = defineCommand({
  name: "registry list",
  summary: "list them: never a password",
  options: {
    filter: { kind: "value", value: "name", description: "only those whose user name has this in it" },
    host: {
      kind: "value",
      value: "pattern",
      description: "only those of these hosts; * stands for anything",
    },
  },
  examples: ["docr registry list", "docr registry list --host '*.io' --json"],
  needs: ["legacy"],
  run: async ({ options }, { legacy }) => listLogins(legacy, options),
});

const show = defineCommand({
  name: "registry show",
  arguments: ["<host>"],
  summary: "show one: user name, when it was stored, which client uses it",
  examples: ["docr registry show ghcr.io"],
  needs: ["legacy"],
  run: async ({ args: [host] }, { legacy }) => showLogin(legacy, host),
});

const add = defineCommand({
  name: "registry add",
  arguments: ["<host>"],
  summary: "check a login with the registry and keep it",
  options: {
    ...LOGIN_OPTIONS,
    yes: { kind: "flag", description: "replace the one that is kept without asking" },
  },
  examples: [
    "docr registry add ghcr.io --username sammy",
    "docr registry add localhost:5000 --username sammy --password-stdin --no-check < password.txt",
  ],
  needs: ["legacy"],
  run: async ({ options, args: [host] }, { legacy }) => addLogin(legacy, host, options),
});

const update = defineCommand({
  name: "registry update",
  arguments: ["<host>"],
  summary: "change the user name or the password of one that is kept",
  options: LOGIN_OPTIONS,
  examples: ["docr registry update ghcr.io --password-stdin < password.txt"],
  needs: ["legacy"],
  run: async ({ options, args: [host] }, { legacy }) => updateLogin(legacy, host, options),
});

const remove = defineCommand({
  name: "registry remove",
  arguments: ["<host>"],
  summary: "forget one; the registry is told nothing",
  options: { yes: { kind: "flag", description: "without asking" } },
  examples: ["docr registry remove ghcr.io"],
  needs: ["legacy"],
  run: async ({ options, args: [host] }, { legacy }) => removeLogin(legacy, host, options),
});

/** The logins of other registries that are kept in our store. */
export const registryCommands: CommandGroup = {
  name: "registry",
  summary: "keep the logins of other registries",
  commands: [list, show, add, update, remove],
};
