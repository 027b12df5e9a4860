/** Renders docs/commands.md from the commands' definitions and from recorded output. */
import { EXIT_CODES, usageLineOf } from "../../src/cli/help.ts";
import { COMMON_OPTIONS, descriptionOf, HELP_OPTION, usageOf } from "../../src/cli/option-flags.ts";
import type { Command, CommandGroup, CommandTree, Options } from "../../src/commands/command.ts";

/** Each command's line with its prompt and output, by the command's name. The introduction shows the one named `ERROR`. */
export type Recordings = ReadonlyMap<string, string>;

export const ERROR = "error";

const INTRODUCTION = `# Commands

\`scripts/docs.ts\` generates this page from the definitions behind \`docr COMMAND --help\` and from recorded output. The output
of \`--json\` is described in [JSON output](json.md), the environment variables in [Configuration](configuration.md).

Results go to stdout. Errors, hints, warnings and prompts go to stderr:
`;

/** Renders the whole page. A command without a recording shows no output. */
export function renderCommandsPage(tree: CommandTree, recordings: Recordings): string {
  const contents = tree.map(({ name, summary }) => `- [docr ${name}](#docr-${name}): ${summary}`);
  return [
    INTRODUCTION,
    block("console", recordings.get(ERROR) ?? ""),
    `${contents.join("\n")}\n`,
    "## Every command\n",
    optionTable({
      json: { kind: "flag", description: "Print the result as JSON. Not for `man` and `completion`" },
      ...COMMON_OPTIONS,
      help: HELP_OPTION,
    }).replace("`--help`", "`-h`, `--help`"),
    exitCodeTable(EXIT_CODES),
    ...tree.flatMap((entry) =>
      "commands" in entry ? renderGroup(entry, recordings) : renderCommand(entry, recordings, "##"),
    ),
  ].join("\n");
}

function renderGroup(group: CommandGroup, recordings: Recordings): readonly string[] {
  return [
    ...(group.own
      ? renderCommand(group.own, recordings, "##")
      : [`## docr ${group.name}\n\n${group.summary}.\n`]),
    ...group.commands.flatMap((command) => renderCommand(command, recordings, "###")),
  ];
}

function renderCommand(command: Command, recordings: Recordings, level: string): readonly string[] {
  const { name, summary, examples, options, exitCodes } = command;
  const recording = recordings.get(name);
  return [
    `${level} docr ${name}\n\n${summary}.\n`,
    block("text", usageLineOf(command)),
    ...(options ? [optionTable(options)] : []),
    ...(exitCodes ? [exitCodeTable(exitCodes)] : []),
    `Examples:\n`,
    block("sh", examples.join("\n")),
    ...(recording === undefined ? [] : [`Output:\n`, block("console", recording)]),
  ];
}

function optionTable(options: Options): string {
  const rows = Object.entries(options).map(
    ([name, option]) => `| \`${usageOf(name, option)}\` | ${cell(descriptionOf(option))} |`,
  );
  return `| Option | Meaning |\n| --- | --- |\n${rows.join("\n")}\n`;
}

function exitCodeTable(codes: Readonly<Record<number, string>>): string {
  const rows = Object.entries(codes).map(([code, meaning]) => `| ${code} | ${cell(meaning)} |`);
  return `| Exit code | Meaning |\n| --- | --- |\n${rows.join("\n")}\n`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("*", "\\*");
}

function block(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\`\n`;
}

/** The recordings in a page that `renderCommandsPage` made. */
export function readRecordings(page: string): Recordings {
  const [introduction = "", ...sections] = page.split(/^##+ docr /m);
  return new Map(
    [`${ERROR}\n${introduction}`, ...sections].flatMap((section) => {
      const [name = ""] = section.split("\n", 1);
      const [, recording] = /^```console\n([^]*?)^```$/m.exec(section) ?? [];
      return recording === undefined ? [] : [[name, recording] as const];
    }),
  );
}
