import { parseStore, storeNameOf } from "../../config/general.ts";
import { isHelperError } from "../../core/errors.ts";
import { alignColumns } from "../../terminal/table.ts";
import { type CommandGroup, defineCommand } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { parseSettingKey, parseSettingValue, type Setting, settingsIn, valueIn } from "./setting.ts";
import { openSettingsFile } from "./settings-file.ts";

const NOT_SET = 3;

const listCommand = defineCommand({
  name: "config list",
  summary: "List the settings in docr's configuration file",
  examples: ["docr config list"],
  needs: ["files", "machine", "terminal"],
  async run(_input, context) {
    const { machine, terminal } = context;
    const { content, label, path } = await openSettingsFile(context);
    const settings = settingsIn(content).map(({ setting, value }) => ({
      key: setting.key,
      value,
      overriddenBy: overridingVariable(setting, machine) ?? null,
    }));
    if (settings.length === 0) terminal.note(`no settings in ${label}`);
    const rows = settings.map(({ key, value, overriddenBy }) => [
      key,
      value,
      overriddenBy === null ? "" : `(${overriddenBy} takes precedence)`,
    ]);
    return { text: alignColumns(rows, terminal.width), json: { file: path, settings } };
  },
});

const getCommand = defineCommand({
  name: "config get",
  arguments: ["<key>"],
  summary: "Print a setting of docr's configuration file",
  examples: ["docr config get store", "docr config get contexts.acme"],
  exitCodes: { 0: "set", 3: "not set" },
  needs: ["files", "machine", "terminal"],
  async run({ args: [key] }, context) {
    const setting = parseSettingKey(key);
    const { content, label } = await openSettingsFile(context);
    const value = valueIn(content, setting);
    if (value === undefined) context.terminal.note(`${key} is not set in ${label}`);
    return {
      text: value === undefined ? "" : `${value}\n`,
      json: { key, value: value ?? null },
      exitCode: value === undefined ? NOT_SET : 0,
    };
  },
});

const setCommand = defineCommand({
  name: "config set",
  arguments: ["<key>", "<value>"],
  summary: "Change a setting: context, contexts.REGISTRY, fallback or store",
  examples: [
    "docr config set store file",
    "docr config set contexts.acme work",
    "docr config set fallback osxkeychain",
  ],
  needs: ["files", "machine", "general", "reporter"],
  async run({ args: [key, text] }, context) {
    const { machine, reporter } = context;
    const setting = parseSettingKey(key);
    const value = parseSettingValue(setting, text);
    const file = await openSettingsFile(context);
    const store = currentStoreName(context.general);
    file.change([{ path: setting.path, value }]);
    const variable = overridingVariable(setting, machine);
    if (variable !== undefined && machine.env[variable] !== value) {
      reporter.warn(`${variable} is set and takes precedence; unset it to use this setting`);
    } else if (key === "store") warnOfStore(value, store, reporter);
    return { text: `set ${key} to ${value} in ${file.label}\n`, json: { key, value, file: file.path } };
  },
});

const unsetCommand = defineCommand({
  name: "config unset",
  arguments: ["<key>"],
  summary: "Remove a setting from docr's configuration file",
  examples: ["docr config unset fallback"],
  needs: ["files", "machine"],
  async run({ args: [key] }, context) {
    const setting = parseSettingKey(key);
    const file = await openSettingsFile(context);
    const removed = valueIn(file.content, setting) !== undefined;
    if (removed) file.change([{ path: setting.path, value: undefined }]);
    return {
      text: removed ? `removed ${key} from ${file.label}\n` : `${key} is not set in ${file.label}\n`,
      json: { key, removed, file: file.path },
    };
  },
});

export const configCommands: CommandGroup = {
  name: "config",
  summary: "Show and change docr's settings",
  commands: [listCommand, getCommand, setCommand, unsetCommand],
};

function overridingVariable({ variable }: Setting, { env }: CommandContext["machine"]): string | undefined {
  return variable !== undefined && env[variable] ? variable : undefined;
}

function warnOfStore(value: string, before: string | undefined, reporter: CommandContext["reporter"]): void {
  const store = parseStore("store", value);
  if (before === undefined || store === undefined) return;
  const after = storeNameOf({ store });
  if (before === after) return;
  reporter.warn(`API tokens and logins stay in ${before}; run docr login to store an API token in ${after}`);
}

/** Returns the name of the current store, or undefined if its setting is wrong. */
function currentStoreName(general: CommandContext["general"]): string | undefined {
  try {
    return storeNameOf(general());
  } catch (error) {
    if (isHelperError(error)) return undefined;
    throw error;
  }
}
