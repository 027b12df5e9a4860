/** docs/commands.md, made of the commands' definitions and of recorded output. */
import { EXIT_CODES, usageLineOf } from "../../src/cli/help.ts";
import { COMMON_OPTIONS, descriptionOf, HELP_OPTION, usageOf } from "../../src/cli/option-flags.ts";
import type { Command, CommandGroup, CommandTree, Options } from "../../src/commands/command.ts";

/** A command line with its prompt and its output, by the command's name. `ERROR` is the one for the introduction. */
export type Recordings = ReadonlyMap<string, string>;

export const ERROR = "error";

const INTRODUCTION = `# Commands

This page is generated: the texts come from the same definitions as \`docr COMMAND --help\` and \`docr man\`, and the output
was recorded (\`scripts/docs.ts\`). [JSON output](json.md) describes the output of \`--json\`,
[configuration](configuration.md) the environment variables.

Results go to stdout. Errors, hints, warnings and prompts go to stderr:
`;

/** The whole page. A command without a recording has no output. */
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
    `## docr ${group.name}\n\n${group.summary}.\n`,
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
