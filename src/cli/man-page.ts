import type { Command, CommandTree, Options } from "../commands/command.ts";
import { ENVIRONMENT } from "./environment.ts";
import { COMMON_OPTIONS, descriptionOf, HELP_OPTION, optionsIn, usageOf } from "./option-flags.ts";
import { DESCRIPTION, EXIT_CODES, listExitCodes, usageLineOf } from "./help.ts";

/** Creates the manual page in roff (man(7)). */
export function manPage(tree: CommandTree, version: string): string {
  const commands = tree.flatMap((entry) => ("commands" in entry ? entry.commands : [entry]));
  return [
    `.TH DOCR 1 "" "docker\\-credential\\-docr ${escaped(version)}" "User Commands"`,
    ".SH NAME",
    `docr, docker\\-credential\\-docr \\- ${escaped(lowerFirst(DESCRIPTION))}`,
    ".SH SYNOPSIS",
    ".B docr",
    "\\fIcommand\\fR [\\fIoptions\\fR]",
    ".br",
    ".B docker\\-credential\\-docr",
    "store|get|erase|list|version",
    ".SH DESCRIPTION",
    escaped(
      "docr is a credential helper. docker, podman, skopeo and buildah ask it for the login of a registry. For DigitalOcean Container Registry it creates short-lived credentials from an API token. Logins for other registries are stored in the OS keychain.",
    ),
    ".SH COMMANDS",
    ...commands.flatMap(sectionOf),
    ".SS Every command",
    ".TP",
    ".B \\-h, \\-\\-help",
    HELP_OPTION.description,
    ...entriesOf(COMMON_OPTIONS),
    ".SH ENVIRONMENT",
    ...Object.entries(ENVIRONMENT).flatMap(([name, meaning]) => [
      ".TP",
      `.B ${escaped(name)}`,
      escaped(meaning),
    ]),
    ".SH EXIT STATUS",
    escaped(listExitCodes(EXIT_CODES)),
    ".SH SEE ALSO",
    ".BR docker\\-login (1),",
    ".BR podman\\-login (1),",
    ".BR containers\\-auth.json (5)",
    "",
  ].join("\n");
}

function sectionOf(command: Command): readonly string[] {
  const { noColor: _, ...options } = optionsIn(command);
  const examples = command.examples.map((line) => escaped(`  $ ${line}`));
  return [
    `.SS ${escaped(usageLineOf(command))}`,
    escaped(command.summary),
    ...entriesOf(options),
    ...(examples.length > 0 ? [".PP", ".nf", ...examples, ".fi"] : []),
  ];
}

function entriesOf(options: Options): readonly string[] {
  return Object.entries(options).flatMap(([name, option]) => [
    ".TP",
    `.B ${escaped(usageOf(name, option))}`,
    escaped(descriptionOf(option)),
  ]);
}

/** Escapes what roff interprets: backslashes, hyphens, and dots and quotes at the start of a line. */
function escaped(text: string): string {
  return text.replace(/\\/g, "\\e").replace(/-/g, "\\-").replace(/^[.']/gm, "\\&$&").replace(/\n/g, " ");
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
