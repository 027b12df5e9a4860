import { HelperError, toHelperError, type ErrorCode } from "../core/errors.ts";
import { stderrLine } from "../core/text.ts";
import type { Helper } from "../credentials/helper.ts";
import type { Trace } from "../core/reporter.ts";
import { isAction, serve, versionLine, type Action } from "./serve.ts";
import { INPUT_TIMEOUT_MESSAGE } from "../response-cache/shared/limits.ts";
import { answerBeside } from "./fallback-helper.ts";
import { describeFailure } from "./failures.ts";

/** What the program is given: everything that the process has to do with. */
export interface ProgramPorts {
  /** The arguments behind the program's name. */
  readonly args: readonly string[];
  readonly packageName: string;
  readonly version: string;
  readInput(): Promise<Uint8Array>;
  readonly helper: Helper;
  /** The environment, for another helper. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Runs a command for the user. Throws `unknown-action` for one unknown word alone; other errors are in its answer. */
  runVerb(args: readonly string[]): Promise<Answer>;
  /** The helper for every host but ours, where there is one. Throws `bad-setting`. */
  fallback(): string | undefined;
  readonly trace: Trace;
  /** Number of the process that asks. */
  readonly clientPid: number;
  /** Remarks that were made on the way, to show when the answer is out. */
  readonly remarks: readonly string[];
  /** For the input, in milliseconds. */
  readonly inputDeadlineMs: number;
  /** For the work on an answer once its input is there, in milliseconds. */
  readonly deadlineMs: number;
}

/** What is to be printed, and the exit code; the texts are whole lines or empty. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Runs one request. Never throws: the last catch is here, and what it catches is a bug. */
export async function runProgram(ports: ProgramPorts): Promise<Outcome> {
  const isCommand = !isAction(ports.args[0] ?? "");
  const remarks = (): string =>
    ports.remarks.map((text) => stderrLine(isCommand ? `warning: ${text}` : text)).join("");
  try {
    const { stdout, stderr = "", exitCode, code } = await answer(ports);
    traceQuietly(ports.trace, code === undefined ? { exitCode } : { exitCode, code });
    return { stdout, stderr: remarks() + stderr, exitCode };
  } catch (error) {
    const failure = toHelperError(error);
    const { stdout, stderr, exitCode } = describeFailure(failure);
    traceQuietly(ports.trace, { exitCode, code: failure.code });
    return { stdout, stderr: remarks() + stderr, exitCode };
  }
}

/** The answer to a request, or what a command came to. */
export interface Answer extends Pick<Outcome, "stdout" | "exitCode"> {
  readonly stderr?: string;
  /** Of the error that a command ended with. */
  readonly code?: ErrorCode | undefined;
}

async function answer(ports: ProgramPorts): Promise<Answer> {
  const [verb, ...more] = ports.args;
  if (verb === undefined) throw new HelperError("usage", "no verb; see docr --help");
  if (!isAction(verb)) return answerPerson(ports, verb);
  if (more.some((one) => one === "--help" || one === "-h")) return ports.runVerb(["--help"]);
  if (more.length > 0) throw new HelperError("usage", "more than one argument; docker sends exactly one");
  ports.trace("asked", { verb, client: ports.clientPid });
  return answerAction(ports, verb);
}

async function answerPerson(ports: ProgramPorts, verb: string): Promise<Answer> {
  const isVersion = verb === "version" || verb === "--version" || verb === "-v";
  if (!isVersion || ports.args.length > 1) return ports.runVerb(ports.args);
  return { stdout: versionLine(ports.packageName, ports.version), exitCode: 0 };
}

/** A request of a docker client, under the deadline; other hosts may be another helper's business. */
async function answerAction(ports: ProgramPorts, action: Action): Promise<Answer> {
  const within = <T>(work: Promise<T>): Promise<T> =>
    withDeadline(work, ports.deadlineMs, () => {
      return new HelperError("deadline", `no answer within ${ports.deadlineMs / 1000} s`);
    });
  const readInput = (): Promise<Uint8Array> =>
    withDeadline(ports.readInput(), ports.inputDeadlineMs, () => {
      return new HelperError("input-unfinished", INPUT_TIMEOUT_MESSAGE);
    });
  const fallback = ports.fallback();
  if (fallback !== undefined)
    return answerBeside({ action, fallback, readInput, within, helper: ports.helper, env: ports.env });
  // The input first: each has a deadline of its own, and `list` has none to read.
  const input = action === "list" ? new Uint8Array() : await readInput();
  return { stdout: await within(serve(action, async () => input, ports.helper)), exitCode: 0 };
}

async function withDeadline<T>(work: Promise<T>, deadlineMs: number, late: () => HelperError): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), deadlineMs);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** The trace's own settings may be what is wrong. */
function traceQuietly(trace: Trace, details: Readonly<Record<string, string | number>>): void {
  try {
    trace("answered", details);
  } catch {
    // Shown already, as the failure itself.
  }
}
