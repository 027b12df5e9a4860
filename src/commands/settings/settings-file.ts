/** docr's configuration file, as `docr config` and `docr context` read and change it. */
import { editJson, type JsonChange } from "../../client-config/edit/json.ts";
import { type ConfigFile, configFilePath, parseConfigFile } from "../../config/config-file.ts";
import { HelperError } from "../../core/errors.ts";
import type { CommandContext } from "../context.ts";

export interface SettingsFile {
  readonly content: ConfigFile;
  /** Its path for the user, with `~` for the home directory. */
  readonly label: string;
  readonly path: string;
  /** Makes the changes and leaves every other byte unchanged. Throws `client-config` if the file cannot be written. */
  change(changes: readonly JsonChange[]): void;
}

/** Throws `bad-setting` for a file with a mistake, and `client-config` without a home directory. */
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
      // docr must be able to read what it writes.
      parseConfigFile(edited, path);
      if (access.replace(snapshot, edited) === "done") return;
      throw new HelperError("client-config", `another program has just changed ${snapshot.label}`, {
        hint: "run the command again",
      });
    },
  };
}
