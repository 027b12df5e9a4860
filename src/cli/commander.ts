/** Commander parses the command line and prints the help. No other file knows it. */
import { Command as Commander, CommanderError } from "commander";
import type { Command, CommandGroup, CommandInput, CommandTree, Options } from "../commands/command.ts";
import { DESCRIPTION, endOfHelp, PROTOCOL_HELP } from "./help.ts";
import { COMMON_OPTIONS, descriptionOf, HELP_OPTION, optionsIn, usageOf } from "./option-flags.ts";
import { valuesOf } from "./option-values.ts";
import { usageError, type UsageProblem } from "./usage-errors.ts";

/** What the arguments say. */
export interface ParsedCommand extends CommandInput {
  readonly command: Command;
}

export type Parsed = ParsedCommand | { readonly help: string };

/**
 * The command that the arguments name, or the help that they ask for. Throws `unknown-action` for one unknown word alone
 * and `bad-arguments` or `mistyped` for other wrong usage.
 */
export function parseArguments(args: readonly string[], tree: CommandTree, columns: number): Parsed {
  let help = "";
  let parsed: ParsedCommand | undefined;
  const program = createProgram(columns, (text) => void (help += text));
  const finish = (found: ParsedCommand): void => void (parsed = found);
  for (const one of tree) {
    if ("commands" in one) addGroup(program, one, finish);
    else addCommand(program, one.name, one, finish);
  }
  try {
    program.parse([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Not by the exit code: commander takes the process's for it.
    if (help === "") throw usageError(problemOf(error.code, args), args, tree);
  }
  return parsed ?? { help };
}

function createProgram(columns: number, print: (text: string) => void): Commander {
  return new Commander("docr")
    .description(DESCRIPTION)
    .exitOverride()
    .showSuggestionAfterError(false)
    .configureOutput({
      writeOut: print,
      writeErr: () => undefined,
      getOutHelpWidth: () => columns,
      getOutHasColors: () => false,
    })
    .helpOption("-h, --help", HELP_OPTION.description)
    .helpCommand("help [command]", "Show the help of a command")
    .usage("<command> [options]")
    .addHelpText("after", PROTOCOL_HELP);
}

function addGroup(program: Commander, group: CommandGroup, finish: (found: ParsedCommand) => void): void {
  const parent = program.command(group.name).description(group.summary);
  addOptions(parent, COMMON_OPTIONS);
  for (const command of group.commands) {
    addCommand(parent, command.name.slice(group.name.length + 1), command, finish);
  }
}

function addCommand(
  parent: Commander,
  name: string,
  command: Command,
  finish: (found: ParsedCommand) => void,
): void {
  const added = parent.command(name).description(command.summary);
  for (const argument of command.arguments ?? []) added.argument(argument);
  addOptions(added, optionsIn(command));
  added.addHelpText("after", endOfHelp(command)).action(() => {
    const values: Readonly<Record<string, unknown>> = added.opts();
    finish({
      command,
      options: valuesOf(command.options ?? {}, values),
      // In commander's form: the values of an argument that may be repeated are one array.
      args: added.processedArgs,
      wantsJson: values["json"] === true,
    });
  });
}

function addOptions(command: Commander, options: Options): void {
  for (const [name, option] of Object.entries(options)) {
    command.option(usageOf(name, option), descriptionOf(option));
  }
  command.helpOption("-h, --help", HELP_OPTION.description);
}

const PROBLEMS: Readonly<Record<string, UsageProblem>> = {
  "commander.unknownOption": "unknown-option",
  "commander.unknownCommand": "unknown-command",
  "commander.optionMissingArgument": "missing-value",
  "commander.missingArgument": "missing-argument",
  "commander.excessArguments": "excess-arguments",
};

function problemOf(code: string, [first]: readonly string[]): UsageProblem {
  // `docr help nothing`, or a group without one of its commands.
  return PROBLEMS[code] ?? (first === "help" ? "unknown-command" : "no-command");
}
