import type { CommandOutput } from "../cli/errors.ts";
import { toHelperError } from "../core/errors.ts";
import type { Trace } from "../core/reporter.ts";
import { parseAction, type Response, versionLine } from "../protocol/actions.ts";
import { stderrLine } from "../core/text.ts";
import { describeFailure } from "../protocol/failures.ts";
import { serve, type ServerPorts } from "../protocol/server.ts";
import { INPUT_TIMEOUT_MS, RESPONSE_TIMEOUT_MS } from "../response-cache/shared/limits.ts";
import { BACKGROUND } from "../system/background.ts";
import { compose } from "./compose.ts";
import type { Host } from "./host.ts";
import { packageName, version } from "./version.ts";

/** What to print, and the exit code. Each text is empty or consists of whole lines. */
export interface Outcome extends Response {
  readonly stderr: string;
}

/** Runs a background task, a protocol request or a command. Never throws. */
export async function run(
  host: Host,
  args: readonly string[],
  readInput: () => Promise<Uint8Array>,
): Promise<Outcome> {
  const app = compose(host);
  if (args[0] === BACKGROUND) {
    await app.runInBackground(args.slice(1), readInput).catch(() => undefined);
    return { stdout: "", stderr: "", exitCode: 0 };
  }
  return runRequest(args, {
    helper: app.helper,
    isUnknownAnonymous: () => app.general().unknown === "anonymous",
    fallback() {
      const helper = app.fallback();
      // The helper may wait for the user, as without docr.
      if (helper !== undefined) host.liftTimeLimit();
      return helper;
    },
    noteOtherRegistries: app.noteOtherRegistries,
    hasOwnLogins: app.hasOwnLogins,
    readInput,
    env: host.env,
    tether: host.tether,
    timeouts: { inputMs: INPUT_TIMEOUT_MS, responseMs: RESPONSE_TIMEOUT_MS },
    isInputTerminal: () => host.isTerminal(0),
    note: (text) => host.writeStderr(stderrLine(text)),
    warnings: app.warnings,
    trace: app.reporter.trace,
    isHelper: host.isHelper,
    clientPid: host.clientPid,
    async runCommand(words) {
      const { runCommandLine } = await import("./bundles/commands.ts");
      return runCommandLine(host, app, readInput, words);
    },
  });
}

export interface RequestPorts extends ServerPorts {
  /** Whether stdin is a terminal, so that a user types the request. */
  readonly isInputTerminal: () => boolean;
  /** Prints one line on stderr at once. */
  readonly note: (text: string) => void;
  /** Warnings so far. */
  readonly warnings: readonly string[];
  readonly trace: Trace;
  readonly clientPid: () => number;
  /** Whether the program was called as docker-credential-docr. */
  readonly isHelper: boolean;
  /** Runs a command. As a helper, throws `unknown-action` if the only argument is an unknown word; other errors are in the output. */
  readonly runCommand: (args: readonly string[]) => Promise<CommandOutput>;
}

const TYPING_TIMEOUT_MS = 10 * 60_000;

/** Tells a user at a terminal what docr waits for, and allows time to type it. */
function forTypist(action: "get" | "store" | "erase", ports: RequestPorts): RequestPorts {
  const what =
    action === "store"
      ? 'a login, such as {"ServerURL":"ghcr.io","Username":"sammy","Secret":"…"},'
      : "a registry's address, such as registry.digitalocean.com,";
  ports.note(`waiting for ${what} on stdin; end it with Enter and ctrl-D`);
  return { ...ports, timeouts: { ...ports.timeouts, inputMs: TYPING_TIMEOUT_MS } };
}

/** Runs a protocol request or a command. Never throws. */
export async function runRequest(args: readonly string[], ports: RequestPorts): Promise<Outcome> {
  try {
    const action = parseAction(args, ports.isHelper);
    const { stdout, stderr = "", exitCode, code } = await respond(action, args, ports);
    ports.trace("answered", code === undefined ? { exitCode } : { exitCode, code });
    const prefix = action === "command" ? "warning: " : "";
    // Print no warnings: gcloud's Python client merges stderr into the list's JSON.
    if (action === "list") return { stdout, stderr: "", exitCode };
    return { stdout, stderr: describeWarnings(ports.warnings, prefix) + stderr, exitCode };
  } catch (error) {
    const failure = toHelperError(error);
    const { stdout, stderr, exitCode } = describeFailure(failure);
    ports.trace("answered", { exitCode, code: failure.code });
    return { stdout, stderr: describeWarnings(ports.warnings, "") + stderr, exitCode };
  }
}

function describeWarnings(warnings: readonly string[], prefix: string): string {
  return warnings.map((text) => stderrLine(prefix + text)).join("");
}

async function respond(
  action: ReturnType<typeof parseAction>,
  args: readonly string[],
  ports: RequestPorts,
): Promise<Response & Partial<CommandOutput>> {
  switch (action) {
    case "version":
      return { stdout: versionLine(packageName, version), exitCode: 0 };
    case "help":
      return ports.runCommand(["--help"]);
    case "command":
      return ports.runCommand(args);
    case "get":
    case "store":
    case "erase":
    case "list":
      ports.trace("asked", { verb: action, client: ports.clientPid() });
      return serve(action, action !== "list" && ports.isInputTerminal() ? forTypist(action, ports) : ports);
  }
}
