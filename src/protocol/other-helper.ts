import { HelperError } from "../core/errors.ts";
import { FALLBACK_ACTIVE } from "../response-cache/shared/fallback-note.ts";
import { runChild } from "../system/child-process.ts";

/** What another helper answered; empty stdout where it went straight to the client. */
export interface OtherAnswer {
  readonly stdout: string;
  readonly exitCode: number;
}

/**
 * Runs `docker-credential-NAME VERB` with the client's own request on stdin. `passThrough`: its output and errors go to
 * the client untouched, as if it had been called; `capture`: stdout comes back. No deadline of ours: it may be
 * asking a person, as it would without us. Throws `bad-setting` where there is no such program, and where it has led
 * back to us: the mark in `env`, which it gets, tells that we are already beside somebody.
 */
export async function runOtherHelper(
  name: string,
  verb: string,
  input: Uint8Array,
  output: "passThrough" | "capture",
  env: Readonly<Record<string, string | undefined>>,
): Promise<OtherAnswer> {
  if (env[FALLBACK_ACTIVE] !== undefined) {
    throw new HelperError("bad-setting", `the fallback docker-credential-${name} leads back to docr`);
  }
  try {
    const { stdout, exitCode } = await runChild(`docker-credential-${name}`, {
      args: [verb],
      input,
      stdout: output === "capture" ? "capture" : "inherit",
      stderr: "inherit",
      env: { ...env, [FALLBACK_ACTIVE]: "1" },
    });
    return { stdout, exitCode: exitCode ?? 1 };
  } catch (cause) {
    throw new HelperError("bad-setting", `the fallback docker-credential-${name} cannot be run`, { cause });
  }
}
