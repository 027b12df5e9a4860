import type { CommandGroup } from "../command.ts";
import { addCommand, updateCommand } from "./add.ts";
import { checkLoginCommand } from "./check.ts";
import { listCommand, showCommand } from "./list.ts";
import { removeCommand } from "./remove.ts";

/** The logins of other registries in docr's store. */
export const registryCommands: CommandGroup = {
  name: "registry",
  summary: "Manage the logins of other registries",
  commands: [listCommand, showCommand, checkLoginCommand, addCommand, updateCommand, removeCommand],
};
