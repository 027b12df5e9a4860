import type { Option, Options, OptionsOf } from "../commands/command.ts";
import { HelperError } from "../core/errors.ts";
import { flagOf, listChoices } from "./option-flags.ts";

/** Returns each option's value: the user's, or the default. Throws `bad-arguments` if a value is not one of the choices. */
export function valuesOf(options: Options, values: Readonly<Record<string, unknown>>): OptionsOf<Options> {
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => [name, valueOf(name, option, values[name])]),
  );
}

function valueOf(name: string, option: Option, value: unknown): string | boolean | undefined {
  if (option.kind === "flag") return value === true;
  if (option.kind === "negation") return value !== false;
  if (typeof value !== "string") {
    if (option.kind === "value") return option.default;
    return value === true ? true : undefined;
  }
  const flag = flagOf(name, option);
  // Commander treats the next option as the value: `logout --context --all`.
  if (value.startsWith("--")) throw new HelperError("bad-arguments", `${flag} requires a value`);
  if (option.kind === "value" && option.choices && !option.choices.includes(value)) {
    throw new HelperError("bad-arguments", `${flag} must be ${listChoices(option.choices)}`);
  }
  return value;
}
