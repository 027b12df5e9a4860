import type { Command, Option, Options } from "../commands/command.ts";

/** The options of every command. main.ts handles `--no-color`, because the prompt libraries read only the variable NO_COLOR. */
export const COMMON_OPTIONS = {
  noColor: { kind: "flag", description: "Print without colours (same as NO_COLOR=1)" },
} as const satisfies Options;

export const HELP_OPTION = { kind: "flag", description: "Show this help" } as const satisfies Option;

const JSON_OPTION = { kind: "flag", description: "Print the result as JSON" } as const satisfies Option;

/** The command's options in the order of its help, without `--help`. */
export function optionsIn(command: Command): Options {
  return {
    ...command.options,
    ...(command.hasJson === false ? {} : { json: JSON_OPTION }),
    ...COMMON_OPTIONS,
  };
}

/** The option's name on the command line: `--token-stdin`, `--no-check`. */
export function flagOf(name: string, { kind }: Option): string {
  const kebab = name.replace(/[A-Z]|\d+/g, (start) => `-${start.toLowerCase()}`);
  return kind === "negation" ? `--no-${kebab}` : `--${kebab}`;
}

/** The flag with its value: `--format <form>`, `--from [helper]`. */
export function usageOf(name: string, option: Option): string {
  const flag = flagOf(name, option);
  if (option.kind === "value") return `${flag} <${option.value}>`;
  return option.kind === "optional-value" ? `${flag} [${option.value}]` : flag;
}

/** The description, followed by the choices and the default. */
export function descriptionOf(option: Option): string {
  if (option.kind !== "value") return option.description;
  const parts = [
    ...(option.choices ? [listChoices(option.choices)] : []),
    ...(option.default === undefined ? [] : [`default: ${option.default}`]),
  ];
  return parts.length === 0 ? option.description : `${option.description} (${parts.join("; ")})`;
}

/** `a, b or c`. */
export function listChoices(choices: readonly string[]): string {
  return choices.length < 2
    ? choices.join("")
    : `${choices.slice(0, -1).join(", ")} or ${choices[choices.length - 1]}`;
}
