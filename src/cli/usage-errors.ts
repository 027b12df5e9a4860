/** Wrong usage as an error in docr's words. Its texts come from the definitions, and name no word that may be a secret. */
import { HelperError } from "../core/errors.ts";
import type { Command, CommandTree, Options } from "../commands/command.ts";
import { unknownActionMessage } from "../protocol/messages.ts";
import { flagOf, optionsIn } from "./option-flags.ts";
import { suggest } from "./suggestion.ts";

/** Where the arguments lead: the command or group that they name, and the arguments behind its name. */
interface Located {
  /** As it is typed: `docr registry add`. */
  readonly name: string;
  readonly command: Command | undefined;
  /** The names that could come next. */
  readonly names: readonly string[];
  readonly rest: readonly string[];
}

/** What is wrong, by the parser's code for it. */
export type UsageProblem =
  | "unknown-option"
  | "unknown-command"
  | "no-command"
  | "missing-value"
  | "missing-argument"
  | "excess-arguments";

/** `unknown-action` for one unknown word alone, which docker may have sent; `mistyped` with a suggestion; else `bad-arguments`. */
export function usageError(problem: UsageProblem, args: readonly string[], tree: CommandTree): HelperError {
  const located = locate(args, tree);
  const { name, command, rest } = located;
  const hint = `run ${name} --help`;
  const failWith = (text: string): HelperError => new HelperError("bad-arguments", text, { hint });
  switch (problem) {
    case "unknown-option":
      return unknownOption(located, hint);
    case "unknown-command":
      return unknownCommand(located, args.length === 1, hint);
    case "no-command":
      return failWith(`${name} requires a command`);
    case "missing-value":
      return failWith(`${flagIn(rest.at(-1) ?? "")} requires a value`);
    case "missing-argument": {
      const missing = command?.arguments?.[operandsIn(rest, command.options ?? {})] ?? "argument";
      return failWith(`${name} requires the argument ${missing}`);
    }
    case "excess-arguments": {
      const count = command?.arguments?.length ?? 0;
      return failWith(`${name} takes ${count === 0 ? "no arguments" : `${count} argument`}`);
    }
  }
}

/** For what the command itself found wrong. */
export function withUsageHint(error: HelperError, args: readonly string[], tree: CommandTree): HelperError {
  if (error.code !== "bad-arguments" || error.hint !== undefined) return error;
  const hint = `run ${locate(args, tree).name} --help`;
  return new HelperError(error.code, error.message, { cause: error, hint });
}

function locate(all: readonly string[], tree: CommandTree): Located {
  const args = all[0] === "help" ? all.slice(1) : all;
  const [first, second] = args;
  const found = tree.find(({ name }) => name === first);
  const names = tree.map(({ name }) => name);
  if (!found) return { name: "docr", command: undefined, names, rest: args };
  if (!("commands" in found)) {
    return { name: `docr ${found.name}`, command: found, names: [], rest: args.slice(1) };
  }
  const inner = found.commands.find(({ name }) => name === `${first} ${second}`);
  if (inner) return { name: `docr ${inner.name}`, command: inner, names: [], rest: args.slice(2) };
  const own = found.commands.map(({ name }) => name.slice(found.name.length + 1));
  return { name: `docr ${found.name}`, command: undefined, names: own, rest: args.slice(1) };
}

function unknownOption({ command, rest }: Located, hint: string): HelperError {
  const flags = flagsOf(command);
  const word = rest.find((arg) => arg.startsWith("-") && !flags.includes(flagIn(arg))) ?? "";
  return mistyped(`unknown option '${shownWord(word)}'`, flagIn(word), flags, hint);
}

function unknownCommand({ names, rest }: Located, isAlone: boolean, hint: string): HelperError {
  const word = rest.find((arg) => !arg.startsWith("-")) ?? "";
  const suggestion = suggest(word, names);
  if (isAlone) {
    return new HelperError("unknown-action", unknownActionMessage(word), {
      hint: suggestion === undefined ? hint : `did you mean ${suggestion}?`,
    });
  }
  return mistyped(`unknown command '${shownWord(word)}'`, word, names, hint);
}

function mistyped(text: string, word: string, candidates: readonly string[], hint: string): HelperError {
  const suggestion = suggest(word, candidates);
  return suggestion === undefined
    ? new HelperError("bad-arguments", text, { hint })
    : new HelperError("mistyped", `${text}; did you mean ${suggestion}?`);
}

function flagsOf(command: Command | undefined): readonly string[] {
  const own = command ? Object.entries(optionsIn(command)).map(([name, option]) => flagOf(name, option)) : [];
  return [...own, "--help", "-h"];
}

/** `--name` of `--name=value`. */
function flagIn(arg: string): string {
  return arg.split("=", 1)[0] ?? arg;
}

/** How many of the arguments are no options and no values of options. */
function operandsIn(rest: readonly string[], options: Options): number {
  let count = 0;
  let isValue = false;
  for (const arg of rest) {
    if (isValue) isValue = false;
    else if (!arg.startsWith("-")) count += 1;
    else {
      isValue = Object.entries(options).some(
        ([name, option]) => option.kind === "value" && flagOf(name, option) === arg,
      );
    }
  }
  return count;
}

/** What can be a command or an option, and not what can be a password: `-p…` for `-phunter2`. */
function shownWord(word: string): string {
  const [, option = "", value = ""] = /^(-[a-z?]|--[a-z-]{1,24}(?==))(.*)$/is.exec(word) ?? [];
  if (option !== "") return value === "" ? option : `${option}${value.startsWith("=") ? "=" : ""}…`;
  return /^(?:--)?[a-z]+(?:-[a-z]+)*$/i.test(word) && word.length <= 24 ? word : "…";
}
