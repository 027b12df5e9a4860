import type { Machine } from "../core/machine.ts";
import { withoutApiTokens } from "../protocol/child-environment.ts";
import { runChild } from "../system/child-process.ts";
import { hasProgram } from "../system/executables.ts";
import type { Host } from "./host.ts";

/** What less does unless LESS says otherwise, as in git: show colours, and leave at once what fits on the screen. */
const LESS = "FRX";

/** The shell's command line for the user's pager: PAGER, else less. Undefined: there is none, or the user wants none. */
export function findPager(machine: Machine): string | undefined {
  const { PAGER: named } = machine.env;
  if (named === "" || named === "cat" || machine.platform === "win32") return undefined;
  return named ?? (hasProgram("less", machine) ? "less" : undefined);
}

/**
 * Shows the text in the pager until the user leaves it. ctrl-C belongs to the pager meanwhile. False if the pager cannot be
 * started.
 */
export async function showInPager(
  pager: string,
  text: string,
  { env, ignoreInterrupts }: Pick<Host, "env" | "ignoreInterrupts">,
): Promise<boolean> {
  const listenAgain = ignoreInterrupts();
  try {
    const { exitCode } = await runChild("sh", {
      args: ["-c", pager],
      input: text,
      stdout: "inherit",
      stderr: "inherit",
      env: { LESS, ...withoutApiTokens(env) },
    });
    // The shell's code for a program that does not exist, or cannot be run.
    return exitCode !== 127 && exitCode !== 126;
  } catch {
    return false;
  } finally {
    listenAgain();
  }
}
