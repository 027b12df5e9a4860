import type { Command as TabCommand, RootCommand } from "@bomb.sh/tab";
import { type Command, type CommandTree, defineCommand, type Options } from "../commands/command.ts";
import type { CandidateKind } from "../commands/completion/candidates.ts";
import { HelperError } from "../core/errors.ts";
import { HELPER_NAME } from "../protocol/messages.ts";
import {
  COMMON_OPTIONS,
  descriptionOf,
  flagOf,
  HELP_OPTION,
  listChoices,
  optionsIn,
} from "./option-flags.ts";

const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;
type Shell = (typeof SHELLS)[number];

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
    return {
      text: finishScript(
        captureLog(() => script(known, "docr", "docr")),
        known,
      ),
    };
  },
});

/** Also registers the library's script for docker-credential-docr, and corrects its bugs. */
function finishScript(script: string, shell: Shell): string {
  switch (shell) {
    case "bash":
      return (
        script
          // Without this, sourcing the script a second time fails.
          .replaceAll(/^readonly /gm, "")
          // Bash splits words at colons, for example localhost:5000.
          .replace(/^ {4}COMPREPLY=\( \$\(compgen -W .*$/m, '$&\n    __ltrim_colon_completions "$cur"')
          // Bash completes file names only if the function is registered with this.
          .replace(
            "complete -F __docr_complete docr",
            `complete -o default -F __docr_complete docr ${HELPER_NAME}`,
          )
      );
    case "zsh":
      return script.replaceAll(/^(?:#compdef|compdef _docr) docr$/gm, `$& ${HELPER_NAME}`);
    case "fish":
      return `${script}\ncomplete -c ${HELPER_NAME} -w docr\n`;
    case "powershell":
      return script.replace(/-CommandName '?docr'?/, `-CommandName 'docr','${HELPER_NAME}'`);
  }
}

/** Finds the names that docr knows. `words` precede the word to complete. */
export type FindCandidates = (kind: CandidateKind, words: readonly string[]) => Promise<readonly string[]>;

/**
 * Returns the candidates for the last word, one on each line. The scripts of `docr completion` call the hidden command
 * `docr complete -- WORDS` at each TAB.
 */
export async function completeWords(
  given: readonly string[],
  tree: CommandTree,
  find: FindCandidates,
): Promise<string> {
  const words = withoutAlias(given, tree);
  const { RootCommand } = await import("@bomb.sh/tab");
  // The library is synchronous. The first run finds out which names it needs, and the second run gets them.
  let wanted: Kind | undefined;
  const first = createRoot(new RootCommand(), tree, (kind) => {
    wanted = kind;
    return [];
  });
  const answer = captureLog(() => first.parse([...words]));
  if (wanted === undefined) return answer;
  if (wanted === "file") return answer.replace(NO_FILES, ":0");
  const found = wanted === "shell" ? SHELLS : await find(wanted, words.slice(0, -1));
  const second = createRoot(new RootCommand(), tree, () => found);
  return captureLog(() => second.parse([...words]));
}

/** The last line of the library's output. It tells the shell not to complete file names. */
const NO_FILES = /^:4$/m;

type Kind = CandidateKind | "file" | "shell";
type NamesOf = (kind: Kind) => readonly string[];

/** The kind of an argument or of an option's value, by its name in the help. */
const KINDS: Readonly<Record<string, Kind>> = {
  context: "context",
  dir: "file",
  file: "file",
  helper: "helper",
  host: "host",
  image: "image",
  key: "setting",
  old: "context",
  pattern: "login",
  registry: "registry",
  shell: "shell",
  value: "value",
};

function createRoot(root: RootCommand, tree: CommandTree, namesOf: NamesOf): RootCommand {
  root.option("help", HELP_OPTION.description, "h");
  for (const entry of tree) {
    if ("commands" in entry) {
      const group = root.command(entry.name, entry.summary);
      addOptions(group, entry.own ? optionsIn(entry.own) : {}, namesOf);
      for (const command of entry.commands) addCommand(root, command, namesOf);
    } else {
      addCommand(root, entry, namesOf);
    }
  }
  return root;
}

function addCommand(root: RootCommand, command: Command, namesOf: NamesOf): void {
  const added = root.command(command.name, command.summary);
  addOptions(added, optionsIn(command), namesOf);
  for (const argument of command.arguments ?? []) {
    const kind = kindOfArgument(argument, command);
    added.argument(
      argument,
      (complete) => {
        for (const name of kind === undefined ? [] : namesOf(kind)) complete(name, "");
      },
      argument.includes("..."),
    );
  }
}

/** `<image|host...>` is completed as an image. A host of a `docr registry` command, except `add`, is completed from the stored logins. */
function kindOfArgument(argument: string, { name }: Command): Kind | undefined {
  const [first = ""] = argument.replace(/^[<[]|(?:\.\.\.)?[>\]]$/g, "").split("|");
  const kind = KINDS[first];
  return kind === "host" && name.startsWith("registry ") && name !== "registry add" ? "login" : kind;
}

function addOptions(command: TabCommand, options: Options, namesOf: NamesOf): void {
  const all: Options = { ...COMMON_OPTIONS, ...options, help: HELP_OPTION };
  for (const [name, option] of Object.entries(all)) {
    const flag = flagOf(name, option).slice("--".length);
    const description = descriptionOf(option);
    if (option.kind === "flag" || option.kind === "negation") {
      command.option(flag, description);
    } else {
      const choices = option.kind === "value" ? option.choices : undefined;
      const kind = name === "context" ? "context" : KINDS[option.value];
      command.option(flag, description, (complete) => {
        for (const choice of choices ?? (kind === undefined ? [] : namesOf(kind))) complete(choice, "");
      });
    }
  }
}

/** Replaces an alias by the command's name, because the library knows no aliases. */
function withoutAlias(words: readonly string[], tree: CommandTree): readonly string[] {
  const [group, alias, ...rest] = words;
  const found = tree.find(({ name }) => name === group);
  if (!found || !("commands" in found) || alias === undefined || rest.length === 0) return words;
  const command = found.commands.find(({ aliases = [] }) => aliases.includes(alias));
  return command ? [...command.name.split(" "), ...rest] : words;
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
