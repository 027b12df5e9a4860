import { toHelperError } from "../core/errors.ts";
import type { CommandContext } from "../commands/context.ts";
import { COMMANDS } from "./commands.ts";
import { parseArguments } from "./commander.ts";
import { completeWords } from "./completion.ts";
import { type CommandOutput, describeCommandFailure } from "./errors.ts";
import { withUsageHint } from "./usage-errors.ts";

/** How docr was called. */
export interface Caller {
  /** As docker-credential-docr. */
  readonly isHelper: boolean;
}

/**
 * Runs the command that the arguments name, or prints the help that they ask for. As docker-credential-docr, throws
 * `unknown-action` for one unknown word alone, which docker may have sent; every other error is in the output.
 */
export async function runCommand(
  args: readonly string[],
  context: CommandContext,
  caller: Caller = { isHelper: false },
): Promise<CommandOutput> {
  try {
    return { ...(await run(args, context, caller)), stderr: "" };
  } catch (error) {
    const failure = withUsageHint(toHelperError(error), args, COMMANDS);
    if (failure.code === "unknown-action") throw failure;
    return describeCommandFailure(failure);
  }
}

async function run(
  args: readonly string[],
  context: CommandContext,
  { isHelper }: Caller,
): Promise<Pick<CommandOutput, "stdout" | "exitCode">> {
  const [first, separator, ...words] = args;
  if (first === "complete" && separator === "--") {
    return { stdout: await completeWords(words, COMMANDS), exitCode: 0 };
  }
  const parsed = parseArguments(args, { tree: COMMANDS, columns: context.terminal.columns, isHelper });
  if ("help" in parsed) return { stdout: parsed.help, exitCode: 0 };
  const { command, wantsJson } = parsed;
  const { text, json, exitCode = 0 } = await command.run(parsed, pick(context, command.needs));
  const isJson = wantsJson && json !== undefined;
  return { stdout: isJson ? `${JSON.stringify(json, null, 2)}\n` : text, exitCode };
}

/** Reads no other getter of the context. */
function pick(context: CommandContext, needs: readonly (keyof CommandContext)[]): CommandContext {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a command gets the parts that its definition names
  return Object.fromEntries(needs.map((name) => [name, context[name]])) as unknown as CommandContext;
}
