import { HelperError, isHelperError } from "../core/errors.ts";
import type { Helper } from "../credentials/helper.ts";
import type { Trace } from "../core/reporter.ts";
import { isAction, serve, versionLine, type Action } from "./serve.ts";
import { INPUT_TIMEOUT_MESSAGE } from "../response-cache/shared/limits.ts";
import { answerBeside } from "./fallback-helper.ts";
import { stderrLine, describeFailure, describeCommandFailure } from "./failures.ts";

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
  /** Runs a verb for people. Throws `unknown-action` where it is none. */
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
  const remarks = (): string => ports.remarks.map((text) => stderrLine(text)).join("");
  try {
    const outcome = await answer(ports);
    traceQuietly(ports.trace, { exitCode: outcome.exitCode });
    return { ...outcome, stderr: remarks() };
  } catch (error) {
    const failure = isHelperError(error)
      ? error
      : new HelperError("internal", `unexpected failure (${nameOf(error)})`, { cause: error });
    const show = isForPeople(ports.args, failure) ? describeCommandFailure : describeFailure;
    const { stdout, stderr, exitCode } = show(failure);
    traceQuietly(ports.trace, { exitCode, code: failure.code });
    return { stdout, stderr: remarks() + stderr, exitCode };
  }
}

/** Of a request or a verb that did what it was to do. */
export type Answer = Pick<Outcome, "stdout" | "exitCode">;

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

/** Docker's own words fail as docker has it, and so does what no program has ever heard of. */
function isForPeople([verb]: readonly string[], { code }: HelperError): boolean {
  return verb !== undefined && !isAction(verb) && code !== "unknown-action";
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

/** A system error's code or an error's class: never its message, which may quote anything. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return "code" in error && typeof error.code === "string" && /^[A-Z0-9_]+$/.test(error.code)
    ? error.code
    : error.name;
}
