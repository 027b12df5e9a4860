/** The verbs for people: puts together what they stand on. An asset of its own, so that a `get` does not pay for it. */
import { readConfigFile } from "../config/config-file.ts";
import { readGeneralSettings } from "../config/general.ts";
import { hintOf } from "../core/error-catalog.ts";
import { stderrLine } from "../core/text.ts";
import { createCommandDomain } from "./command-domain.ts";
import type { Host } from "./compose.ts";
import type { Helper } from "../credentials/helper.ts";
import type { HelperPorts } from "../credentials/ports.ts";
import type { RunHelper } from "../client-config/helper-client.ts";
import type { VerbPorts } from "../commands/ports.ts";
import type { CommandOutput } from "../cli/errors.ts";
import { runCommand } from "../cli/run-command.ts";
import { createTerminal } from "../terminal/terminal.ts";
import { packageName, version } from "./version.ts";

/** For one question to a registry with its whole handshake: a person waits. */
const REGISTRY_BUDGET_MS = 20_000;

/** Throws `unknown-action` for one unknown word alone. */
export async function runForPeople(
  host: Host,
  domain: HelperPorts,
  helper: Helper,
  readInput: () => Promise<Uint8Array>,
  args: readonly string[],
): Promise<CommandOutput> {
  const { env } = host;
  const terminal = createTerminal({
    isTerminal: host.isTerminal,
    columns: host.columns,
    streams: host.streams,
    readInput,
    writeStdout: host.writeStdout,
    writeStderr: host.writeStderr,
    // https://no-color.org: set to anything but nothing.
    isColourful: () => !env["NO_COLOR"] && env["TERM"] !== "dumb",
  });
  const runHelper: RunHelper = async (...asked) => {
    const { createRunHelper } = await import("../client-config/helper-client.ts");
    return createRunHelper(env)(...asked);
  };
  const userAgent = `${packageName}/${version}`;
  const ports: VerbPorts = {
    helper,
    domain,
    machine: host,
    env,
    terminal,
    version,
    async clients() {
      const { createClients } = await import("../client-config/resolve.ts");
      return createClients(host, runHelper);
    },
    files: async () => (await import("../client-config/edit/files.ts")).createFiles(host),
    async registries() {
      const { createRegistries } = await import("./bundles/network.ts");
      return createRegistries({ env, userAgent, trace: domain.trace, budgetMs: REGISTRY_BUDGET_MS });
    },
    async network() {
      const { createNetwork } = await import("./bundles/network.ts");
      return createNetwork(env, userAgent, REGISTRY_BUDGET_MS);
    },
    hintOf,
    runHelper,
  };
  return runCommand(args, {
    version,
    machine: host,
    terminal,
    reporter: { warn: (text) => host.writeStderr(stderrLine(`warning: ${text}`)) },
    general: () => readGeneralSettings(env, readConfigFile(host)),
    ...createCommandDomain(domain, helper),
    clients: () => ports.clients(),
    files: () => ports.files(),
    registries: () => ports.registries(),
    network: () => ports.network(),
    runHelper,
    legacy: ports,
  });
}
