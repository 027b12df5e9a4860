import type { Command } from "commander";
import { examples, type Frame } from "../people/frame.ts";
import type { Result, VerbPorts } from "../people/ports.ts";

export function addPrune(program: Command, frame: Frame): void {
  frame
    .command(program, "prune", "revoke the credentials that were replaced, without waiting")
    .addHelpText("after", examples(["docr prune"]))
    .action(async () => frame.finish(await prune(frame.ports)));
}

/** Revokes every replaced credential. */
export async function prune({ helper }: VerbPorts): Promise<Result> {
  const revoked = await helper.prune();
  return { text: `revoked ${revoked}\n`, json: { revoked } };
}
