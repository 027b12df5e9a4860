/**
 * Turns a failure into stdout, stderr and exit code. Stdout gets the text that the protocol requires. Stderr gets one line for
 * the user, because `docker pull` does not show a helper's stdout (docker/cli).
 */
import { hintOf, traitsOf } from "../core/error-catalog.ts";
import type { HelperError } from "../core/errors.ts";
import { oneLine, stderrLine } from "../core/text.ts";
import { USAGE } from "./messages.ts";

/** What to print for a failure. Each text ends with a line break or is empty. */
export interface FailureOutput {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export function describeFailure(failure: HelperError): FailureOutput {
  const { stdout, silent } = traitsOf(failure);
  const full = fullText(failure);
  const text = stdout === "usage" ? USAGE : stdout === "message" ? failure.message : full;
  const stderr = silent ? failure.hint : full;
  return {
    stdout: `${oneLine(text)}\n`,
    stderr: stderr === undefined ? "" : stderrLine(stderr),
    exitCode: 1,
  };
}

function fullText(failure: HelperError): string {
  const hint = hintOf(failure);
  return hint === undefined ? failure.message : `${failure.message}; ${hint}`;
}
