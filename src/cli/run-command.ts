import { isHelperError } from "../core/errors.ts";
import type { CommandContext } from "../commands/context.ts";
import { COMMANDS } from "./commands.ts";
import { parseArguments } from "./commander.ts";
import { completeWords } from "./completion.ts";
import { withUsageHint } from "./usage-errors.ts";

/** What is printed on stdout, and the exit code. */
export interface CommandOutput {
  readonly stdout: string;
  readonly exitCode: number;
}

/**
 * Runs the command that the arguments name, or prints the help that they ask for. Throws `unknown-action` for one unknown
 * word alone, `bad-arguments` or `mistyped` for other wrong usage, and what the command throws.
 */
export async function runCommand(args: readonly string[], context: CommandContext): Promise<CommandOutput> {
  const [first, separator, ...words] = args;
  if (first === "complete" && separator === "--") {
    return { stdout: await completeWords(words, COMMANDS), exitCode: 0 };
  }
  try {
    const parsed = parseArguments(args, COMMANDS, context.terminal.columns);
    if ("help" in parsed) return { stdout: parsed.help, exitCode: 0 };
    const { command, wantsJson } = parsed;
    const { text, json, exitCode = 0 } = await command.run(parsed, pick(context, command.needs));
    const isJson = wantsJson && json !== undefined;
    return { stdout: isJson ? `${JSON.stringify(json, null, 2)}\n` : text, exitCode };
  } catch (error) {
    throw isHelperError(error) ? withUsageHint(error, args, COMMANDS) : error;
  }
}

/** Reads no other getter of the context. */
function pick(context: CommandContext, needs: readonly (keyof CommandContext)[]): CommandContext {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a command gets the parts that its definition names
  return Object.fromEntries(needs.map((name) => [name, context[name]])) as unknown as CommandContext;
}
