import { licensesCommand } from "../commands/about/licenses.ts";
import { versionCommand } from "../commands/about/version.ts";
import { loginCommand } from "../commands/account/login.ts";
import { logoutCommand } from "../commands/account/logout.ts";
import { statusCommand } from "../commands/account/status.ts";
import { type CommandTree, defineCommand } from "../commands/command.ts";
import { configureCommand } from "../commands/configure/configure.ts";
import { unconfigureCommand } from "../commands/configure/unconfigure.ts";
import { credentialsCommand } from "../commands/credentials/credentials.ts";
import { pruneCommand } from "../commands/credentials/prune.ts";
import { revokeCommand } from "../commands/credentials/revoke.ts";
import { doctorCommand } from "../commands/doctor/doctor.ts";
import { checkCommand } from "../commands/images/check.ts";
import { tokenCommand } from "../commands/images/token.ts";
import { resolveCommand } from "../commands/images/resolve.ts";
import { kubeletCommands } from "../commands/kubelet/kubelet.ts";
import { migrateCommand } from "../commands/migrate/migrate.ts";
import { secretCommand } from "../commands/pull-secrets/secret.ts";
import { registryCommands } from "../commands/registries/registry.ts";
import { configCommands } from "../commands/settings/config.ts";
import { contextCommands } from "../commands/settings/context.ts";
import { completionCommand } from "./completion.ts";
import { manPage } from "./man-page.ts";
import { manualText } from "./manual-text.ts";

const manCommand = defineCommand({
  name: "man",
  summary: "Show the manual; in a pipe, print its source in roff",
  hasJson: false,
  examples: ["docr man", "docr man > docr.1"],
  needs: ["version", "terminal"],
  async run(_input, { version, terminal }) {
    if (terminal.width === undefined) return { text: manPage(COMMANDS, version) };
    await terminal.page(manualText(COMMANDS, terminal));
    return { text: "" };
  },
});

/** In the order of the help. */
export const COMMANDS: CommandTree = [
  loginCommand,
  logoutCommand,
  configureCommand,
  unconfigureCommand,
  migrateCommand,
  statusCommand,
  contextCommands,
  configCommands,
  resolveCommand,
  checkCommand,
  tokenCommand,
  doctorCommand,
  secretCommand,
  kubeletCommands,
  registryCommands,
  credentialsCommand,
  revokeCommand,
  pruneCommand,
  versionCommand,
  licensesCommand,
  manCommand,
  completionCommand,
];
