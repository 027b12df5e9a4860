/** The content of the manual, from the definitions. man-page.ts and manual-text.ts give it a form. */
import { type Command, commandsIn, type CommandTree, type Options } from "../commands/command.ts";
import { ENVIRONMENT } from "./environment.ts";
import { DESCRIPTION, EXIT_CODES, listExitCodes, usageLineOf } from "./help.ts";
import { COMMON_OPTIONS, descriptionOf, HELP_OPTION, optionsIn, usageOf } from "./option-flags.ts";

export type Block =
  | { readonly kind: "section" | "heading" | "text"; readonly text: string }
  /** An option or a variable with its meaning. */
  | { readonly kind: "entry"; readonly term: string; readonly text: string }
  /** Lines that stay as they are. */
  | { readonly kind: "lines"; readonly lines: readonly string[] }
  /** A command line: the program's name, and the rest. */
  | { readonly kind: "synopsis"; readonly name: string; readonly rest: string };

export function manualBlocks(tree: CommandTree): readonly Block[] {
  const commands = tree.flatMap(commandsIn);
  return [
    section("NAME"),
    text(`docr, docker-credential-docr - ${lowerFirst(DESCRIPTION)}`),
    section("SYNOPSIS"),
    { kind: "synopsis", name: "docr", rest: "command [options]" },
    { kind: "synopsis", name: "docker-credential-docr", rest: "store|get|erase|list|version" },
    section("DESCRIPTION"),
    text(
      "docr is a credential helper. docker, podman, skopeo and buildah ask it for the login of a registry. For DigitalOcean Container Registry it creates short-lived credentials from an API token. Logins for other registries are stored in the OS keychain.",
    ),
    section("COMMANDS"),
    ...commands.flatMap(blocksOf),
    { kind: "heading", text: "Every command" },
    { kind: "entry", term: "-h, --help", text: HELP_OPTION.description },
    ...entriesOf(COMMON_OPTIONS),
    section("ENVIRONMENT"),
    ...Object.entries(ENVIRONMENT).map(
      ([term, meaning]) => ({ kind: "entry", term, text: meaning }) as const,
    ),
    section("EXIT STATUS"),
    text(listExitCodes(EXIT_CODES)),
    section("SEE ALSO"),
    text("docker-login(1), podman-login(1), containers-auth.json(5)"),
  ];
}

function blocksOf(command: Command): readonly Block[] {
  const { noColor: _, ...options } = optionsIn(command);
  const lines = command.examples.map((line) => `  $ ${line}`);
  return [
    { kind: "heading", text: usageLineOf(command) },
    text(command.summary),
    ...entriesOf(options),
    ...(lines.length > 0 ? [{ kind: "lines", lines } as const] : []),
  ];
}

function entriesOf(options: Options): readonly Block[] {
  return Object.entries(options).map(([name, option]) => ({
    kind: "entry",
    term: usageOf(name, option),
    text: descriptionOf(option),
  }));
}

function section(title: string): Block {
  return { kind: "section", text: title };
}

function text(content: string): Block {
  return { kind: "text", text: content };
}

function lowerFirst(content: string): string {
  return content.slice(0, 1).toLowerCase() + content.slice(1);
}
