import { HelperError } from "../core/errors.ts";
import type { Environment } from "../core/machine.ts";
import { FALLBACK_ACTIVE } from "../response-cache/shared/other-registry-note.ts";
import { runChild } from "../system/child-process.ts";
import { withoutApiTokens } from "./child-environment.ts";

/** The fallback helper's response. `stdout` is empty if the client received it directly. */
export interface FallbackResponse {
  readonly stdout: string;
  readonly exitCode: number;
}

/** The surroundings of the fallback helper. */
export interface Surroundings {
  readonly env: Environment;
  /** Words before a command that make it end with docr. */
  readonly tether: () => readonly string[];
}

/**
 * Runs `docker-credential-NAME ACTION` with the client's request on stdin. `passThrough` sends its output to the client
 * unchanged. `capture` returns its stdout. `captureSilently` also discards its stderr. There is no time limit, because the
 * helper may wait for the user, as it would without docr. It ends when docr is killed. Throws `bad-setting` if the program cannot be run, or if it has called
 * docr again. docr recognizes that by FALLBACK_ACTIVE, which it sets in the helper's environment.
 */
export async function runFallbackHelper(
  name: string,
  action: string,
  input: Uint8Array,
  output: "passThrough" | "capture" | "captureSilently",
  { env, tether }: Surroundings,
): Promise<FallbackResponse> {
  if (env[FALLBACK_ACTIVE] !== undefined) {
    throw new HelperError("bad-setting", `the fallback helper docker-credential-${name} calls docr again`);
  }
  try {
    const { stdout, exitCode } = await runChild(`docker-credential-${name}`, {
      args: [action],
      input,
      stdout: output === "passThrough" ? "inherit" : "capture",
      stderr: output === "captureSilently" ? "ignore" : "inherit",
      env: { ...withoutApiTokens(env), [FALLBACK_ACTIVE]: "1" },
      tether: tether(),
    });
    return { stdout, exitCode: exitCode ?? 1 };
  } catch (cause) {
    throw new HelperError("bad-setting", `docr cannot run the fallback helper docker-credential-${name}`, {
      cause,
    });
  }
}
