import { HelperError, isHelperError } from "../errors.ts";
import type { Helper } from "../helper/helper.ts";
import { USAGE } from "../protocol/messages.ts";
import { isAction, serve, unknownAction, versionLine } from "../protocol/serve.ts";
import { notice, showFailure } from "./failures.ts";

/** What the program is given: everything that the process has to do with. */
export interface ProgramPorts {
  /** The arguments behind the program's name. */
  readonly args: readonly string[];
  readonly packageName: string;
  readonly version: string;
  readInput(): Promise<Uint8Array>;
  readonly helper: Helper;
  /** Remarks that were made on the way, to show when the answer is out. */
  readonly remarks: readonly string[];
  /** For the whole answer, in milliseconds. */
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
  let timer: NodeJS.Timeout | undefined;
  let isReading = false;
  const readInput = async (): Promise<Uint8Array> => {
    isReading = true;
    const input = await ports.readInput();
    isReading = false;
    return input;
  };
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const within = `within ${ports.deadlineMs / 1000} s`;
      reject(
        isReading
          ? new HelperError("input-unfinished", `stdin was not closed ${within}`)
          : new HelperError("deadline", `no answer ${within}`),
      );
    }, ports.deadlineMs);
  });
  const remarks = (): string => ports.remarks.map((text) => notice(text)).join("");
  try {
    const stdout = await Promise.race([answer({ ...ports, readInput }), deadline]);
    return { stdout, stderr: remarks(), exitCode: 0 };
  } catch (error) {
    const failure = isHelperError(error)
      ? error
      : new HelperError("internal", `unexpected failure (${nameOf(error)})`, { cause: error });
    const { stdout, stderr, exitCode } = showFailure(failure);
    return { stdout, stderr: remarks() + stderr, exitCode };
  } finally {
    clearTimeout(timer);
  }
}

async function answer(ports: ProgramPorts): Promise<string> {
  const [verb, ...more] = ports.args;
  if (verb === undefined) throw new HelperError("usage", "no verb; docker sends one of those in --help");
  if (more.length > 0) throw new HelperError("usage", "more than one argument; docker sends exactly one");
  if (isAction(verb)) return serve(verb, () => ports.readInput(), ports.helper);
  switch (verb) {
    case "version":
    case "--version":
    case "-v":
      return versionLine(ports.packageName, ports.version);
    case "--help":
    case "-h":
      return `${USAGE}\n`;
    default:
      throw unknownAction(verb);
  }
}

/** A system error's code or an error's class: never its message, which may quote anything. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return "code" in error && typeof error.code === "string" && /^[A-Z0-9_]+$/.test(error.code)
    ? error.code
    : error.name;
}
