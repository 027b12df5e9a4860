import { HelperError } from "../../core/errors.ts";
import { defineCommand } from "../command.ts";
import { parseLoginAddress, requireLogin, viewOf } from "./logins.ts";

/** Deletes the login only from docr's store. Throws `no-login`. */
export const removeCommand = defineCommand({
  name: "registry remove",
  aliases: ["rm"],
  arguments: ["<host>"],
  summary: "Delete a stored login; the registry still accepts it",
  options: { yes: { kind: "flag", description: "Delete without asking" } },
  examples: ["docr registry remove ghcr.io", "docr registry rm registry.local/user1/image1"],
  needs: ["logins", "terminal"],
  async run({ options: { yes }, args: [text] }, { logins, terminal }) {
    const address = parseLoginAddress(text);
    const { name } = address;
    const found = await requireLogin(logins, address);
    if (!yes && !(await terminal.confirm(`Delete the login for ${name}?`, "--yes"))) {
      throw new HelperError("cancelled", "cancelled");
    }
    await logins.erase(found.storeKey);
    const view = viewOf(found);
    return {
      text: `deleted the login for ${name} from docr's store; the registry still accepts it\n`,
      json: { host: view.host, username: view.username, removed: true },
    };
  },
});
