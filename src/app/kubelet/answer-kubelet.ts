import { answerRequest } from "../../kubelet/provider.ts";
import { nodeFolder } from "../../kubelet/state-dir.ts";
import { composeNodeCredentials } from "./compose-kubelet.ts";
import type { Host } from "../host.ts";

/**
 * Answers one request of the kubelet. `asksAfresh`: for a command, whose user waits for the effect of a correction. Throws a HelperError
 * for a failure.
 */
export async function answerKubelet(
  host: Host,
  stateDir: string,
  readInput: () => Promise<Uint8Array>,
  asksAfresh = false,
): Promise<string> {
  const node = composeNodeCredentials(host, nodeFolder(stateDir), asksAfresh);
  return answerRequest(readInput, { node, clock: { read: host.clock } });
}
