import { HelperError } from "../core/errors.ts";
import { FALLBACK_ACTIVE } from "../response-cache/shared/fallback-note.ts";
import { runChild } from "../system/child-process.ts";

/** The response of another helper. Stdout is empty where it went straight to the client. */
export interface OtherAnswer {
  readonly stdout: string;
  readonly exitCode: number;
}

/**
 * Runs `docker-credential-NAME ACTION` with the client's request on stdin. `passThrough`: its output goes to the client
 * unchanged; `capture`: stdout is returned; `captureSilently`: stderr is dropped, too. There is no deadline, because the helper may
 * wait for the user, as it would without docr. Throws `bad-setting` where there is no such program, and where that helper runs docr again: FALLBACK_ACTIVE
 * in `env`, which the helper gets, says that docr is already its caller.
 */
export async function runOtherHelper(
  name: string,
  action: string,
  input: Uint8Array,
  output: "passThrough" | "capture" | "captureSilently",
  env: Readonly<Record<string, string | undefined>>,
): Promise<OtherAnswer> {
  if (env[FALLBACK_ACTIVE] !== undefined) {
    throw new HelperError("bad-setting", `the fallback helper docker-credential-${name} calls docr again`);
  }
  try {
    const { stdout, exitCode } = await runChild(`docker-credential-${name}`, {
      args: [action],
      input,
      stdout: output === "passThrough" ? "inherit" : "capture",
      stderr: output === "captureSilently" ? "ignore" : "inherit",
      env: { ...env, [FALLBACK_ACTIVE]: "1" },
    });
    return { stdout, exitCode: exitCode ?? 1 };
  } catch (cause) {
    throw new HelperError("bad-setting", `docr cannot run the fallback helper docker-credential-${name}`, {
      cause,
    });
  }
}
