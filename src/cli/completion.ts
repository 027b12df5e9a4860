import type { Command } from "commander";
import { examples } from "../commands/frame.ts";

/** Whether the library is needed: it costs the other verbs their start. */
export function isAboutCompletion([verb]: readonly string[]): boolean {
  return verb === "completion" || verb === "complete";
}

/**
 * `docr completion SHELL` and the hidden `docr complete`, which the shells' scripts call at each TAB. Last of the verbs: it
 * reads the others.
 */
export async function addCompletion(program: Command): Promise<void> {
  const { default: addTab } = await import("@bomb.sh/tab/commander");
  addTab(program, { completionCommandName: "completion" });
  const verb = program.commands.find((one) => one.name() === "completion");
  if (verb) describe(verb);
}

/** The verb's place in the help. */
export function nameCompletion(program: Command): void {
  describe(program.command("completion").argument("<shell>"));
}

function describe(verb: Command): void {
  verb
    .description("print what makes a shell complete our verbs and options")
    .helpOption("-h, --help", "show this help")
    .addHelpText(
      "after",
      examples([
        "source <(docr completion bash)    # needs bash-completion",
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
