import type { Command, CommandTree } from "../commands/command.ts";
import { ACTIONS } from "../protocol/messages.ts";

/** The command or group that the arguments name, and the arguments after its name. */
export interface Located {
  /** The full name: `docr registry add`. */
  readonly name: string;
  readonly command: Command | undefined;
  /** The names that could follow. */
  readonly names: readonly string[];
  readonly rest: readonly string[];
}

/** Words after `docr help` that are not commands. docr's own help describes them. */
const IN_OWN_HELP: ReadonlySet<string> = new Set([...ACTIONS, "help"]);

export function locate(args: readonly string[], tree: CommandTree): Located {
  const [first, second] = args;
  const found = tree.find(({ name }) => name === first);
  const names = [...tree.map(({ name }) => name), "help"];
  if (!found) return { name: "docr", command: undefined, names, rest: args };
  if (!("commands" in found)) {
    return { name: `docr ${found.name}`, command: found, names: [], rest: args.slice(1) };
  }
  const inner = found.commands.find(
    ({ name, aliases = [] }) =>
      name === `${first} ${second}` || (second !== undefined && aliases.includes(second)),
  );
  if (inner) return { name: `docr ${inner.name}`, command: inner, names: [], rest: args.slice(2) };
  const inGroup = found.commands.map(({ name }) => name.slice(found.name.length + 1));
  const isOwn = second === undefined || second.startsWith("-");
  const command = isOwn ? found.own : undefined;
  return { name: `docr ${found.name}`, command, names: inGroup, rest: args.slice(1) };
}

/** Rewrites `help login` to `login --help`, and `help registry list` and `registry help list` to `registry list --help`. */
export function moveHelpLast(args: readonly string[], tree: CommandTree): readonly string[] {
  const [first = "", second = "", ...rest] = args;
  if (first === "help") {
    return IN_OWN_HELP.has(second) ? ["--help"] : [...args.slice(1), "--help"];
  }
  const isGroup = tree.some((entry) => "commands" in entry && entry.name === first);
  return isGroup && second === "help" ? [first, ...rest, "--help"] : args;
}

/** Returns the first word that should name a command but does not. Undefined if there is none. */
export function findUnknownCommand({ command, rest: [word] }: Located): string | undefined {
  return command || word === undefined || word.startsWith("-") ? undefined : word;
}
