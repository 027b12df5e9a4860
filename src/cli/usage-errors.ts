/** Creates the errors for wrong usage. The texts come from the definitions and never quote a word that may be a secret. */
import { containsApiToken, TOKENS_PAGE } from "../core/api-token.ts";
import { traitsOf } from "../core/error-catalog.ts";
import { HelperError } from "../core/errors.ts";
import type { Command, CommandTree, Options } from "../commands/command.ts";
import { type Action, unknownActionMessage } from "../protocol/messages.ts";
import { type Located, locate, moveHelpLast } from "./locate.ts";
import { flagOf, optionsIn } from "./option-flags.ts";
import { suggest } from "../core/suggestion.ts";

const TOKEN_EXPOSED = `revoke it at ${TOKENS_PAGE}, and run docr login, which asks for a new one`;

/** The kinds of wrong usage that the parser detects. */
export type UsageProblem = "unknown-option" | "missing-value" | "missing-argument" | "excess-arguments";

/** The error is `mistyped` if there is a suggestion, otherwise `bad-arguments`. */
export function usageError(problem: UsageProblem, located: Located): HelperError {
  const { name, command, rest } = located;
  const failWith = (text: string): HelperError =>
    new HelperError("bad-arguments", text, { hint: helpHint(located) });
  switch (problem) {
    case "unknown-option":
      return unknownOption(located);
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

/** Adds a hint to the command's own error for wrong usage. If an argument contains an API token, returns an error about that instead. */
export function withUsageHint(error: HelperError, args: readonly string[], tree: CommandTree): HelperError {
  if (traitsOf(error).exitCode === 2 && args.some(containsApiToken)) {
    return new HelperError(
      "bad-arguments",
      "do not put an API token on the command line; it is now in your shell history",
      {
        cause: error,
        hint: TOKEN_EXPOSED,
      },
    );
  }
  if (error.code !== "bad-arguments" || error.hint !== undefined) return error;
  const hint = helpHint(locate(moveHelpLast(args, tree), tree));
  return new HelperError(error.code, error.message, { cause: error, hint });
}

/** The error for a single unknown word, called as docker-credential-docr. docker may have sent the word. */
export function unknownAction(word: string, { names }: Located): HelperError {
  const suggestion = suggest(word, names);
  const hint = suggestion === undefined ? "run docr --help" : `did you mean ${suggestion}?`;
  return new HelperError("unknown-action", unknownActionMessage(word), { hint });
}

export function unknownCommand(word: string, located: Located): HelperError {
  const insteadOfRequest = REQUEST_HINTS[word];
  if (insteadOfRequest !== undefined) {
    return new HelperError(
      "bad-arguments",
      `docr ${word} is a request of docker's protocol and takes no arguments`,
      {
        hint: insteadOfRequest,
      },
    );
  }
  return mistyped(`unknown command '${shownWord(word)}'`, word, located.names, helpHint(located));
}

/** The hint for each protocol request that was called with arguments. */
const REQUEST_HINTS: Readonly<Record<string, string>> = {
  get: "send the address on stdin: echo registry.digitalocean.com | docr get",
  erase: "send the address on stdin, or run docr logout or docr registry remove",
  store: "run docr login or docr registry add",
  list: "run docr registry list",
} satisfies Record<Action, string>;

function unknownOption(located: Located): HelperError {
  const { command, names, rest } = located;
  const flags = flagsOf(command);
  const word = rest.find((arg) => arg.startsWith("-") && !flags.includes(flagIn(arg))) ?? "";
  const isBeforeCommand = rest.some((arg) => names.includes(arg));
  const hint = isBeforeCommand ? "put options after the command" : helpHint(located);
  return mistyped(`unknown option '${shownWord(word)}'`, flagIn(word), flags, hint);
}

function helpHint({ name }: Located): string {
  return `run ${name} --help`;
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

/** Returns `--name` of `--name=value`. */
function flagIn(arg: string): string {
  return arg.split("=", 1)[0] ?? arg;
}

/** Counts the arguments that are neither options nor options' values. */
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

/** Shows a command or an option, but hides anything that can be a password: `-p…` for `-phunter2`. */
function shownWord(word: string): string {
  const [, option = "", value = ""] = /^(-[a-z?]|--[a-z-]{1,24}(?==))(.*)$/is.exec(word) ?? [];
  if (option !== "") return value === "" ? option : `${option}${value.startsWith("=") ? "=" : ""}…`;
  return /^(?:--)?[a-z]+(?:-[a-z]+)*$/i.test(word) && word.length <= 24 ? word : "…";
}
