import { toHelperError } from "../../core/errors.ts";
import { describeProviderFailure } from "../../kubelet/provider.ts";
import { answerKubelet } from "./answer-kubelet.ts";
import type { Host } from "../host.ts";
import type { Outcome } from "../run.ts";

/** Answers one request of the kubelet as the program's outcome. Stdout is empty after a failure. Never throws. */
export async function runKubelet(
  host: Host,
  stateDir: string,
  readInput: () => Promise<Uint8Array>,
): Promise<Outcome> {
  try {
    return { stdout: await answerKubelet(host, stateDir, readInput), stderr: "", exitCode: 0 };
  } catch (error) {
    return { stdout: "", stderr: describeProviderFailure(toHelperError(error)), exitCode: 1 };
  }
}
