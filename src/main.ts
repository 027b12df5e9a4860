/** Answers with a cached response, or loads the program, writes its output and exits. */
import { immediateExitCode } from "./app/process/exit.ts";
import { createHost, type Host } from "./app/host.ts";
import { startCleanly } from "./app/process/own-environment.ts";
import { isPacked } from "./app/version.ts";
import { emptyCoreFiles } from "./system/core-file.ts";
import { providerStateDir, readInvocation } from "./app/invocation.ts";
import type { Outcome } from "./app/run.ts";
import { readStdin } from "./app/startup/stdin.ts";
import { withDeadline } from "./core/deadline.ts";
import { stderrLine } from "./core/text.ts";
import { once } from "./core/once.ts";
import { isAction } from "./protocol/messages.ts";
import { readCachedResponse } from "./response-cache/read.ts";
import { decodeAscii } from "./response-cache/shared/ascii.ts";
import { INPUT_LIMIT_BYTES, OUTPUT_FAILED_MESSAGE } from "./response-cache/shared/limits.ts";

/** How long to wait for stdin before the cached response is skipped. The full program then continues to wait for stdin. */
const CACHED_INPUT_TIMEOUT_MS = 1_000;

async function main(): Promise<void> {
  const given = process.argv.slice(2);
  const code = immediateExitCode(given);
  if (code !== undefined) process.exit(code);
  emptyCoreFiles();
  if (isPacked) startCleanly(process);
  const host = createHost();
  // Node's own warnings (a lax TLS variable, an unreadable CA file) do not belong on the user's stderr.
  process.removeAllListeners("warning");
  const { args, isHelper, isColorless } = readInvocation(given, [process.argv0, process.execPath]);
  const readInput = once(() => readStdin(INPUT_LIMIT_BYTES));
  const isGet = args.length === 1 && args[0] === "get";
  if (isGet) await answerFromCache(host, readInput());
  // If the event loop drains before there is a response, exit 1.
  process.exitCode = 1;
  // The prompt and spinner libraries read only this variable.
  if (isColorless) process.env["NO_COLOR"] = "1";
  const outcome = await runProgram({ ...host, isHelper }, args, async () => readInput());
  deliver(host, outcome, isAction(args[0]));
}

/** Loads the program and runs it. For the kubelet, loads only what it needs. */
async function runProgram(
  host: Host,
  args: readonly string[],
  readInput: () => Promise<Uint8Array>,
): Promise<Outcome> {
  const stateDir = providerStateDir(args);
  if (stateDir === undefined) {
    const { run } = await import("./app/bundles/run.ts");
    return run(host, args, readInput);
  }
  const { runKubelet } = await import("./app/bundles/kubelet.ts");
  return runKubelet(host, stateDir, readInput);
}

/** Writes the cached response, if there is one, and exits. */
async function answerFromCache(host: Host, input: Uint8Array | Promise<Uint8Array>): Promise<void> {
  const bytes = input instanceof Uint8Array ? input : await waitForInput(host, input);
  const response = cachedResponse(host, bytes);
  if (response !== undefined) deliver(host, { stdout: response, stderr: "", exitCode: 0 }, true);
}

/** Writes the output and exits. A response that could not be written is a failure; stderr says so, unless it has another reason already. */
function deliver(host: Host, { stdout, stderr, exitCode }: Outcome, isRequest: boolean): never {
  host.writeStdout(stdout);
  const failure = host.stdoutFailure();
  // To a command, EPIPE is not an error: the reader closed the pipe (`docr man | head`).
  const isLost = failure !== undefined && (isRequest || failure !== "EPIPE");
  const hasReason = exitCode !== 0 && stderr !== "";
  // The launcher prints the same line.
  host.writeStderr(isLost && !hasReason ? stderrLine(OUTPUT_FAILED_MESSAGE) : stderr);
  host.startPostponed();
  host.exit(failure === undefined ? exitCode : 1);
}

/** Returns no bytes after the time limit, and if stdin is a terminal; run.ts then tells the user what docr waits for. */
async function waitForInput(host: Host, input: Promise<Uint8Array>): Promise<Uint8Array> {
  if (host.isTerminal(0)) return new Uint8Array();
  return withDeadline(input, CACHED_INPUT_TIMEOUT_MS, () => new Uint8Array());
}

function cachedResponse(host: Host, input: Uint8Array): string | undefined {
  // docr rejects an input that is too long.
  if (host.platform !== "linux" || host.uid === undefined || input.length >= INPUT_LIMIT_BYTES)
    return undefined;
  const address = decodeAscii(input, input.length)?.trim();
  return address === undefined ? undefined : readCachedResponse(address, host, host.uid, host.clock());
}

void main();
