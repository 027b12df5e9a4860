/** A command as data. Help, completion, man page and docs/commands.md are made of it. */
import type { CommandContext } from "./context.ts";

export type Option =
  | { readonly kind: "flag"; readonly description: string }
  /** `--no-NAME`: true unless it is given. */
  | { readonly kind: "negation"; readonly description: string }
  | {
      readonly kind: "value";
      /** Its name in the help: `file` for `--report <file>`. */
      readonly value: string;
      readonly description: string;
      readonly choices?: readonly string[];
      readonly default?: string;
    }
  | { readonly kind: "optional-value"; readonly value: string; readonly description: string };

/** By the option's name in camelCase: `tokenStdin` for `--token-stdin`. */
export type Options = Readonly<Record<string, Option>>;

/** What `run` gets for each option. An optional value is true if the option was given without one. */
export type OptionsOf<O extends Options> = { readonly [K in keyof O]: ValueOf<O[K]> };

type ValueOf<O extends Option> = O extends { readonly kind: "flag" | "negation" }
  ? boolean
  : O extends { readonly kind: "optional-value" }
    ? string | true | undefined
    : O extends { readonly choices: readonly (infer C)[] }
      ? C | AbsentOf<O>
      : string | AbsentOf<O>;

type AbsentOf<O extends Option> = O extends { readonly default: string } ? never : undefined;

/** `<image>` must be given, `[registry]` may be left out, and `<image...>`, the last one, may be given several times. */
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
  /** Whether the result's JSON is printed instead of its text. */
  readonly wantsJson: boolean;
}

/** The outcome of a command that did its work. */
export interface Result {
  /** For the user: whole lines, or empty. */
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
  /** As it is typed after `docr`: `login`, or `registry list` in a group. */
  readonly name: string;
  readonly arguments?: A;
  readonly summary: string;
  readonly options?: O;
  /** Command lines, without a prompt. */
  readonly examples: readonly string[];
  /** Where they say more than the general ones. */
  readonly exitCodes?: Readonly<Record<number, string>>;
  /** False for a command whose output is not data: it has no `--json`. Default: true. */
  readonly hasJson?: boolean;
  /** The parts of the context that `run` gets. */
  readonly needs: readonly K[];
  run(input: CommandInput<O, A>, context: Pick<CommandContext, K>): Promise<Result>;
}

/** Commands under one name: `docr registry list`, `docr registry add`. */
export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly Command[];
}

/** All commands, in the order of the help. */
export type CommandTree = readonly (Command | CommandGroup)[];

/** Infers the types of options, arguments and context from the definition. */
export function defineCommand<
  const O extends Options,
  const A extends readonly string[] = readonly [],
  const K extends keyof CommandContext = never,
>(definition: Command<O, A, K>): Command<O, A, K> {
  return definition;
}
