/** Defines a command as data. docr generates help, completion, man page and docs/commands.md from it. */
import type { CommandContext } from "./context.ts";

export type Option =
  | { readonly kind: "flag"; readonly description: string }
  /** `--no-NAME`: false if the option is given, otherwise true. */
  | { readonly kind: "negation"; readonly description: string }
  | {
      readonly kind: "value";
      /** The value's name in the help: `file` in `--report <file>`. */
      readonly value: string;
      readonly description: string;
      readonly choices?: readonly string[];
      readonly default?: string;
    }
  | { readonly kind: "optional-value"; readonly value: string; readonly description: string };

/** Options by their names in camelCase: `tokenStdin` for `--token-stdin`. */
export type Options = Readonly<Record<string, Option>>;

/** The values that `run` receives. An optional value is true if the option was given without a value. */
export type OptionsOf<O extends Options> = { readonly [K in keyof O]: ValueOf<O[K]> };

type ValueOf<O extends Option> = O extends { readonly kind: "flag" | "negation" }
  ? boolean
  : O extends { readonly kind: "optional-value" }
    ? string | true | undefined
    : O extends { readonly choices: readonly (infer C)[] }
      ? C | AbsentOf<O>
      : string | AbsentOf<O>;

type AbsentOf<O extends Option> = O extends { readonly default: string } ? never : undefined;

/** `<image>` is required and `[registry]` is optional. The last argument can be repeatable: `<image...>`. */
export type ArgsOf<A extends readonly string[]> = {
  readonly [I in keyof A]: A[I] extends `${string}...>` | `${string}...]`
    ? readonly string[]
    : A[I] extends `<${string}>`
      ? string
      : string | undefined;
};

export interface CommandInput<O extends Options = Options, A extends readonly string[] = readonly string[]> {
  readonly options: OptionsOf<O>;
  readonly args: ArgsOf<A>;
  /** Whether docr prints the result's JSON instead of its text. */
  readonly wantsJson: boolean;
}

/** The result of a command that did not fail with an error. */
export interface Result {
  /** For the user. Empty or whole lines. */
  readonly text: string;
  /** For `--json`: camelCase names, times in ISO 8601, durations in seconds. Undefined if the command has no JSON. */
  readonly json?: unknown;
  /** Default: 0. */
  readonly exitCode?: number;
}

export interface Command<
  O extends Options = Options,
  A extends readonly string[] = readonly string[],
  K extends keyof CommandContext = keyof CommandContext,
> {
  /** The words after `docr`: `login`, or `registry list` in a group. */
  readonly name: string;
  /** Aliases of the name's last word, such as `ls` for `registry list`. */
  readonly aliases?: readonly string[];
  readonly arguments?: A;
  readonly summary: string;
  readonly options?: O;
  /** Command lines, without a prompt. */
  readonly examples: readonly string[];
  /** Only if their meanings are more specific than the general ones. */
  readonly exitCodes?: Readonly<Record<number, string>>;
  /** False if the output is not data, so that the command has no `--json`. Default: true. */
  readonly hasJson?: boolean;
  /** The parts of the context that `run` receives. */
  readonly needs: readonly K[];
  run(input: CommandInput<O, A>, context: Pick<CommandContext, K>): Promise<Result>;
}

/** Commands with a common first word: `docr registry list`, `docr registry add`. */
export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  /** The command of the first word alone: `docr kubelet`. Without it, docr prints the group's help. */
  readonly own?: Command;
  readonly commands: readonly Command[];
}

/** All commands, in the order of the help. */
export type CommandTree = readonly (Command | CommandGroup)[];

/** The commands of an entry, in the order of the help. */
export function commandsIn(entry: Command | CommandGroup): readonly Command[] {
  if (!("commands" in entry)) return [entry];
  return entry.own ? [entry.own, ...entry.commands] : entry.commands;
}

/** Infers the types of options, arguments and context from the definition. */
export function defineCommand<
  const O extends Options,
  const A extends readonly string[] = readonly [],
  const K extends keyof CommandContext = never,
>(definition: Command<O, A, K>): Command<O, A, K> {
  return definition;
}
