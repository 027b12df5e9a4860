import addTab from "@bomb.sh/tab/commander";
import type { Command } from "commander";
import { examples } from "./frame.ts";

/**
 * `docr completion SHELL` and the hidden `docr complete`, which the shells' scripts call at each TAB. Last of the verbs: it
 * reads the others.
 */
export function addCompletion(program: Command): void {
  addTab(program, { completionCommandName: "completion" });
  program.commands
    .find((verb) => verb.name() === "completion")
    ?.description("print what makes a shell complete our verbs and options")
    .helpOption("-h, --help", "show this help")
    .addHelpText(
      "after",
      examples([
        "source <(docr completion bash)",
        "docr completion zsh > ~/.zfunc/_docr",
        "docr completion fish > ~/.config/fish/completions/docr.fish",
        "docr completion powershell | Out-String | Invoke-Expression",
      ]),
    );
}

/** What the work prints by console.log, the library's only way, goes to `print` instead. */
export async function withLogTo(print: (text: string) => void, work: () => Promise<void>): Promise<void> {
  const { log } = console;
  console.log = (...values: unknown[]) => print(`${values.join(" ")}\n`);
  try {
    await work();
  } finally {
    console.log = log;
  }
}
