import { toHelperError } from "../core/errors.ts";
import type { CommandContext } from "../commands/context.ts";
import { COMMANDS } from "./commands.ts";
import { parseArguments } from "./commander.ts";
import { completeWords } from "./completion.ts";
import { type CommandOutput, describeCommandFailure } from "./errors.ts";
import { withUsageHint } from "./usage-errors.ts";

/** How docr was called. */
export interface Caller {
  /** Whether docr was called as docker-credential-docr. */
  readonly isHelper: boolean;
}

/**
 * Runs the command that the arguments name, or prints the help that they ask for. Called as docker-credential-docr, throws
 * `unknown-action` if the only argument is an unknown word, because docker may have sent it. Other errors are in the output.
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
    return describeCommandFailure(failure, hasJsonFlag(args));
  }
}

async function run(
  args: readonly string[],
  context: CommandContext,
  { isHelper }: Caller,
): Promise<Pick<CommandOutput, "stdout" | "exitCode">> {
  const [first, separator, ...words] = args;
  if (first === "complete" && separator === "--") {
    const stdout = await completeWords(words, COMMANDS, async (kind, before) => {
      const { findCandidates } = await import("../commands/completion/candidates.ts");
      return findCandidates(kind, before, context);
    });
    return { stdout, exitCode: 0 };
  }
  const parsed = parseArguments(args, { tree: COMMANDS, columns: context.terminal.columns, isHelper });
  if ("help" in parsed) return { stdout: parsed.help, exitCode: 0 };
  const { command, wantsJson } = parsed;
  const { text, json, exitCode = 0 } = await command.run(parsed, pick(context, command.needs));
  const isJson = wantsJson && json !== undefined;
  return { stdout: isJson ? `${JSON.stringify(json, null, 2)}\n` : text, exitCode };
}

/** Looks at the raw arguments, because there are no parsed options after wrong usage. */
function hasJsonFlag(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? args.length : end).includes("--json");
}

/** Reads only the getters that the command needs, because reading one has a cost. */
function pick(context: CommandContext, needs: readonly (keyof CommandContext)[]): CommandContext {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the command's type allows only the parts in `needs`
  return Object.fromEntries(needs.map((name) => [name, context[name]])) as unknown as CommandContext;
}
