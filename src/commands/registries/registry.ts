import type { Command } from "commander";
import { examples, type Frame } from "../frame.ts";
import { addLogin, type LoginFlags, updateLogin } from "./add.ts";
import { listLogins, type ListFlags, showLogin } from "./list.ts";
import { removeLogin } from "./remove.ts";

/** The logins of other registries that are kept in our store. */
export function addRegistry(program: Command, frame: Frame): void {
  const registry = frame.command(program, "registry", "keep the logins of other registries", { json: false });
  frame
    .command(registry, "list", "list them: never a password")
    .option("--filter <name>", "only those whose user name has this in it")
    .option("--host <pattern>", "only those of these hosts; * stands for anything")
    .addHelpText("after", examples(["docr registry list", "docr registry list --host '*.io' --json"]))
    .action(async (flags: ListFlags) => frame.finish(await listLogins(frame.ports, flags)));
  frame
    .command(registry, "show <host>", "show one: user name, when it was stored, which client uses it")
    .addHelpText("after", examples(["docr registry show ghcr.io"]))
    .action(async (host: string) => frame.finish(await showLogin(frame.ports, host)));
  loginOptions(frame.command(registry, "add <host>", "check a login with the registry and keep it"))
    .option("--yes", "replace the one that is kept without asking")
    .addHelpText(
      "after",
      examples([
        "docr registry add ghcr.io --username sammy",
        "docr registry add localhost:5000 --username sammy --password-stdin --no-check < password.txt",
      ]),
    )
    .action(async (host: string, flags: LoginFlags) =>
      frame.finish(await addLogin(frame.ports, host, flags)),
    );
  loginOptions(
    frame.command(registry, "update <host>", "change the user name or the password of one that is kept"),
  )
    .addHelpText("after", examples(["docr registry update ghcr.io --password-stdin < password.txt"]))
    .action(async (host: string, flags: LoginFlags) => {
      frame.finish(await updateLogin(frame.ports, host, flags));
    });
  frame
    .command(registry, "remove <host>", "forget one; the registry is told nothing")
    .option("--yes", "without asking")
    .addHelpText("after", examples(["docr registry remove ghcr.io"]))
    .action(async (host: string, flags: { readonly yes?: boolean }) => {
      frame.finish(await removeLogin(frame.ports, host, flags));
    });
}

function loginOptions(verb: Command): Command {
  return verb
    .option("--username <name>", "the user name")
    .option("--password-stdin", "read the password, or an access token, from stdin")
    .option("--no-check", "keep it without asking the registry");
}
