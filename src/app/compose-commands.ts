/** Wires the commands. A bundle of its own, so that a `get` does not load it. */
import type { CommandOutput } from "../cli/errors.ts";
import { runCommand } from "../cli/run-command.ts";
import type { CommandContext } from "../commands/context.ts";
import { createRunHelper } from "../client-config/helper-client.ts";
import { createClients } from "../client-config/resolve.ts";
import { isKeychain } from "../config/general.ts";
import { stderrLine } from "../core/text.ts";
import { createRunProvider } from "../kubelet/run-provider.ts";
import { withoutApiTokens } from "../protocol/child-environment.ts";
import { createTerminal } from "../terminal/terminal.ts";
import { createAbout } from "./about.ts";
import { answerKubelet } from "./kubelet/answer-kubelet.ts";
import { createCommandDomain } from "./command-domain.ts";
import type { Composition } from "./compose.ts";
import type { Host } from "./host.ts";
import { findPager, showInPager } from "./pager.ts";
import { version } from "./version.ts";

/** Time limit for one request to a registry, including authentication. The user is waiting. */
const REGISTRY_BUDGET_MS = 20_000;

/** Throws as `runCommand` does. */
export async function runCommandLine(
  host: Host,
  app: Composition,
  readInput: () => Promise<Uint8Array>,
  args: readonly string[],
): Promise<CommandOutput> {
  const { env } = host;
  const { userAgent } = app;
  const { trace } = app.reporter;
  const terminal = createTerminal({
    isTerminal: host.isTerminal,
    columns: host.columns,
    streams: host.streams,
    readInput,
    async showInPager(text) {
      const pager = findPager(host);
      return pager !== undefined && showInPager(pager, text, host);
    },
    writeStdout: host.writeStdout,
    writeStderr: host.writeStderr,
    // https://no-color.org: any value except an empty one.
    wantsColours: () => !env["NO_COLOR"] && env["TERM"] !== "dumb",
  });
  const others = withoutApiTokens(env);
  const runHelper = createRunHelper(env, others);
  const domain = createCommandDomain(app);
  const context: CommandContext = {
    version,
    about: createAbout(host),
    machine: host,
    terminal,
    reporter: { warn: (text) => host.writeStderr(stderrLine(`warning: ${text}`)) },
    general: app.general,
    async keychain() {
      if (!isKeychain(app.general())) return undefined;
      return (await import("./bundles/keychain.ts")).describeOpenKeychain(host);
    },
    ...domain,
    runHelper,
    cachePlaces: app.describePlaces,
    clients: async () => createClients(host, runHelper, domain.helper.get),
    files: async () => (await import("../client-config/edit/files.ts")).createFiles(host, app.locks),
    async registries(observe) {
      const { createRegistries } = await import("./bundles/network.ts");
      return createRegistries({
        env,
        userAgent,
        trace,
        monotonicMs: host.monotonicMs,
        budgetMs: REGISTRY_BUDGET_MS,
        observe,
      });
    },
    kubelet: {
      answer: (stateDir, request) =>
        answerKubelet(host, stateDir, request ? async () => request : readInput, request !== undefined),
      run: createRunProvider(env, others),
    },
    async network() {
      const { createNetwork } = await import("./bundles/network.ts");
      return createNetwork(env, userAgent, REGISTRY_BUDGET_MS);
    },
  };
  return runCommand(args, context, host);
}
