import { hintOf, traitsOf } from "../core/error-catalog.ts";
import type { ErrorCode, HelperError } from "../core/errors.ts";
import { stderrLine } from "../core/text.ts";

/** What a command prints, and how it ends. Texts are whole lines or empty. */
export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  /** Of the error that it ended with. */
  readonly code?: ErrorCode;
}

/** One line for the error and at most one for the hint, both on stderr: stdout is for results. */
export function describeCommandFailure(failure: HelperError): CommandOutput {
  const hint = hintOf(failure);
  return {
    stdout: "",
    stderr: stderrLine(`error: ${failure.message}`) + (hint === undefined ? "" : stderrLine(`hint: ${hint}`)),
    exitCode: traitsOf(failure).exitCode ?? 1,
    code: failure.code,
  };
}
