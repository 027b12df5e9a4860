/** Reads and changes docr's configuration file for `docr config` and `docr context`. */
import { editJson, type JsonChange } from "../../client-config/edit/json.ts";
import { type ConfigFile, configFilePath, parseConfigFile } from "../../config/config-file.ts";
import { HelperError } from "../../core/errors.ts";
import type { CommandContext } from "../context.ts";

export interface SettingsFile {
  readonly content: ConfigFile;
  /** The path as messages show it, with `~` for the home directory. */
  readonly label: string;
  readonly path: string;
  /** Makes the changes and leaves every other byte unchanged. Throws `client-config` if the file cannot be written. */
  change(changes: readonly JsonChange[]): void;
}

/** Throws `bad-setting` if the file is invalid, and `client-config` if the home directory is unknown. */
export async function openSettingsFile({
  files,
  machine,
}: Pick<CommandContext, "files" | "machine">): Promise<SettingsFile> {
  const path = configFilePath(machine);
  if (path === undefined) {
    throw new HelperError("client-config", "the home directory is unknown", { hint: "set HOME" });
  }
  const access = await files();
  const snapshot = access.open(path);
  const isEmpty = (snapshot.text ?? "").trim() === "";
  const text = isEmpty ? "{}" : (snapshot.text ?? "");
  return {
    content: parseConfigFile(text, path),
    label: snapshot.label,
    path,
    change(changes) {
      const json = editJson(text, changes, snapshot.label);
      const edited = isEmpty ? `${JSON.stringify(JSON.parse(json), null, 2)}\n` : json;
      // This throws if docr could not read the edited file.
      parseConfigFile(edited, path);
      if (access.replace(snapshot, edited) === "done") return;
      throw new HelperError("client-config", `another program has just changed ${snapshot.label}`, {
        hint: "run the command again",
      });
    },
  };
}
