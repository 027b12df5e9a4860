import { errorJsonOf, hintOf, traitsOf } from "../core/error-catalog.ts";
import type { ErrorCode, HelperError } from "../core/errors.ts";
import { stderrLine } from "../core/text.ts";

/** A command's output and exit code. Each text is empty or consists of whole lines. */
export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  /** The code of the error that ended the command. */
  readonly code?: ErrorCode;
}

/** Prints one line for the error and at most one for the hint on stderr. With `wantsJson`, stdout has the error as JSON. */
export function describeCommandFailure(failure: HelperError, wantsJson = false): CommandOutput {
  const hint = hintOf(failure);
  return {
    stdout: wantsJson ? `${JSON.stringify({ error: errorJsonOf(failure) }, null, 2)}\n` : "",
    stderr: stderrLine(`error: ${failure.message}`) + (hint === undefined ? "" : stderrLine(`hint: ${hint}`)),
    exitCode: traitsOf(failure).exitCode ?? 1,
    code: failure.code,
  };
}
