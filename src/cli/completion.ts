import type { Command as TabCommand, RootCommand } from "@bomb.sh/tab";
import { type Command, type CommandTree, defineCommand, type Options } from "../commands/command.ts";
import { HelperError } from "../core/errors.ts";
import {
  COMMON_OPTIONS,
  descriptionOf,
  flagOf,
  HELP_OPTION,
  listChoices,
  optionsIn,
} from "./option-flags.ts";

const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

export const completionCommand = defineCommand({
  name: "completion",
  arguments: ["<shell>"],
  summary: "Print a completion script for a shell",
  hasJson: false,
  examples: [
    "source <(docr completion bash)    # needs bash-completion",
    "docr completion zsh > ~/.zfunc/_docr",
    "docr completion fish > ~/.config/fish/completions/docr.fish",
    "docr completion powershell | Out-String | Invoke-Expression",
  ],
  needs: [],
  async run({ args: [shell] }) {
    const known = SHELLS.find((one) => one === shell);
    if (known === undefined)
      throw new HelperError("bad-arguments", `the shell must be ${listChoices(SHELLS)}`);
    // Load the library only here: it would slow down the start of other commands.
    const { script } = await import("@bomb.sh/tab");
    return { text: captureLog(() => script(known, "docr", "docr")) };
  },
});

/**
 * Returns the candidates for the last word, one on each line. The scripts of `docr completion` call the hidden command
 * `docr complete -- WORDS` at each TAB.
 */
export async function completeWords(words: readonly string[], tree: CommandTree): Promise<string> {
  const tab = await import("@bomb.sh/tab");
  const root = new tab.RootCommand();
  root.option("help", HELP_OPTION.description, "h");
  for (const entry of tree) {
    if ("commands" in entry) {
      addOptions(root.command(entry.name, entry.summary), {});
      for (const command of entry.commands) addCommand(root, command);
    } else {
      addCommand(root, entry);
    }
  }
  return captureLog(() => root.parse([...words]));
}

function addCommand(root: RootCommand, command: Command): void {
  const added = root.command(command.name, command.summary);
  addOptions(added, optionsIn(command));
  for (const argument of command.arguments ?? []) added.argument(argument);
}

function addOptions(command: TabCommand, options: Options): void {
  const all: Options = { ...COMMON_OPTIONS, ...options, help: HELP_OPTION };
  for (const [name, option] of Object.entries(all)) {
    const flag = flagOf(name, option).slice("--".length);
    const description = descriptionOf(option);
    if (option.kind === "flag" || option.kind === "negation") {
      command.option(flag, description);
    } else {
      const choices = option.kind === "value" ? (option.choices ?? []) : [];
      command.option(flag, description, (complete) => {
        for (const choice of choices) complete(choice, "");
      });
    }
  }
}

/** Captures the library's output. It prints only with `console.log`. */
function captureLog(work: () => void): string {
  const { log } = console;
  let text = "";
  console.log = (...values: unknown[]) => void (text += `${values.join(" ")}\n`);
  try {
    work();
  } finally {
    console.log = log;
  }
  return text;
}
