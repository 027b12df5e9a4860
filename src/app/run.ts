import { runProgram, type Outcome } from "../protocol/server.ts";
import { compose, type Host } from "./compose.ts";
import { createHelper, type Helper } from "../credentials/helper.ts";
import { BACKGROUND } from "../system/background.ts";
import { RESPONSE_TIMEOUT_MS, INPUT_TIMEOUT_MS } from "../response-cache/shared/limits.ts";
import { packageName, version } from "./version.ts";

/** The whole program, for everything that is not answered by a finished answer. Never throws. */
export async function run(
  host: Host,
  args: readonly string[],
  clientPid: number,
  readInput: () => Promise<Uint8Array>,
): Promise<Outcome> {
  const { ports, fallback, remarks } = compose(host);
  const helper = createHelper(ports);
  if (args[0] === BACKGROUND) {
    await workInBackground(helper, args.slice(1)).catch(() => undefined);
    return { stdout: "", stderr: "", exitCode: 0 };
  }
  return runProgram({
    args,
    packageName,
    version,
    readInput,
    helper,
    env: host.env,
    runVerb: async (verb) =>
      (await import("./compose-commands.ts")).runForPeople(host, ports, helper, readInput, verb),
    fallback,
    trace: ports.trace,
    clientPid,
    remarks,
    inputDeadlineMs: INPUT_TIMEOUT_MS,
    deadlineMs: RESPONSE_TIMEOUT_MS,
  });
}

/** What a `get` left to a process of its own. */
async function workInBackground(helper: Helper, [task, serverUrl]: readonly string[]): Promise<void> {
  if (task === "renew" && serverUrl !== undefined) await helper.renew(serverUrl);
  if (task === "sweep") await helper.sweep();
}
