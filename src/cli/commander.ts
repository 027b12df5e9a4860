/** Parses the command line and prints the help with Commander. No other file uses Commander. */
import { Command as Commander, CommanderError } from "commander";
import type { Command, CommandGroup, CommandInput, CommandTree, Options } from "../commands/command.ts";
import { DESCRIPTION, endOfHelp, PROTOCOL_HELP } from "./help.ts";
import { COMMON_OPTIONS, descriptionOf, HELP_OPTION, optionsIn, usageOf } from "./option-flags.ts";
import { valuesOf } from "./option-values.ts";
import { findUnknownCommand, locate, moveHelpLast } from "./locate.ts";
import { unknownAction, unknownCommand, usageError, type UsageProblem } from "./usage-errors.ts";

export interface ParsedCommand extends CommandInput {
  readonly command: Command;
}

export type Parsed = ParsedCommand | { readonly help: string };

export interface ParseOptions {
  readonly tree: CommandTree;
  /** The width of the help. */
  readonly columns: number;
  /** Whether docr was called as docker-credential-docr. */
  readonly isHelper: boolean;
}

/**
 * Returns the command that the arguments name, or the help that they ask for: docr's help without arguments, a group's help without
 * one of its commands. Throws `bad-arguments` or `mistyped` for wrong usage. Called as docker-credential-docr, throws
 * `unknown-action` if the only argument is an unknown word.
 */
export function parseArguments(given: readonly string[], { tree, columns, isHelper }: ParseOptions): Parsed {
  const args = moveHelpLast(given, tree);
  const located = locate(args, tree);
  const unknown = findUnknownCommand(located);
  if (unknown !== undefined) {
    throw isHelper && given.length === 1 ? unknownAction(unknown, located) : unknownCommand(unknown, located);
  }
  let help = "";
  let parsed: ParsedCommand | undefined;
  const program = createProgram(columns, (text) => void (help += text));
  // After an option, a command's name may still follow: `docr registry --no-color list`.
  const mayFollow = located.names.length > 0 && located.rest.length > 1;
  const use: Use = {
    hasOptions: (command) => mayFollow || command === located.command,
    finish: (found) => void (parsed = found),
  };
  for (const one of tree) {
    if ("commands" in one) addGroup(program, one, use);
    else addCommand(program, one.name, one, use);
  }
  try {
    program.parse([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Use the error's code: for the exit code, Commander may use the process's.
    const problem = PROBLEMS[error.code];
    if (problem !== undefined) throw usageError(problem, located);
  }
  return parsed ?? { help };
}

function createProgram(columns: number, print: (text: string) => void): Commander {
  const program = new Commander("docr")
    // The program's own options come before the command. app/ handles them; they are here only for the help.
    .enablePositionalOptions()
    .option("-V, --version", "Print name, package and version")
    .description(DESCRIPTION)
    .exitOverride()
    .showSuggestionAfterError(false)
    .configureOutput({
      writeOut: print,
      // Print only the help that Commander shows without a command. Error messages come from usage-errors.ts.
      writeErr: (text) => void (text.startsWith("Usage:") && print(text)),
      getOutHelpWidth: () => columns,
      getErrHelpWidth: () => columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .helpOption("-h, --help", HELP_OPTION.description)
    .helpCommand("help [command]", "Show the help of a command")
    .usage("<command> [options]")
    .addHelpText("after", PROTOCOL_HELP);
  addOptions(program, COMMON_OPTIONS);
  return program;
}

interface Use {
  /** Whether the arguments may name this command. The others get only the common options, which saves time (src/app/startup/README.md). */
  readonly hasOptions: (command: Command) => boolean;
  readonly finish: (found: ParsedCommand) => void;
}

function addGroup(program: Commander, group: CommandGroup, use: Use): void {
  const parent = group.own
    ? addCommand(program, group.name, group.own, use)
    : program.command(group.name).description(group.summary);
  if (!group.own) addOptions(parent, COMMON_OPTIONS);
  for (const command of group.commands) {
    addCommand(parent, command.name.slice(group.name.length + 1), command, use);
  }
}

function addCommand(
  parent: Commander,
  name: string,
  command: Command,
  { hasOptions, finish }: Use,
): Commander {
  const added = parent.command(name).description(command.summary);
  if (command.aliases) added.aliases([...command.aliases]);
  for (const argument of command.arguments ?? []) added.argument(argument);
  addOptions(added, hasOptions(command) ? optionsIn(command) : COMMON_OPTIONS);
  added
    .addHelpText("after", () => endOfHelp(command))
    .action(() => {
      const values: Readonly<Record<string, unknown>> = added.opts();
      finish({
        command,
        options: valuesOf(command.options ?? {}, values),
        // Commander returns the values of a repeatable argument as one array.
        args: added.processedArgs,
        wantsJson: values["json"] === true,
      });
    });
  return added;
}

function addOptions(command: Commander, options: Options): void {
  for (const [name, option] of Object.entries(options)) {
    command.option(usageOf(name, option), descriptionOf(option));
  }
  command.helpOption("-h, --help", HELP_OPTION.description);
}

/** Commander's other codes mean that it printed the help. */
const PROBLEMS: Readonly<Record<string, UsageProblem>> = {
  "commander.unknownOption": "unknown-option",
  "commander.optionMissingArgument": "missing-value",
  "commander.missingArgument": "missing-argument",
  "commander.excessArguments": "excess-arguments",
};
