import { Command, CommanderError } from "commander";
import { HelperError, isHelperError } from "../core/errors.ts";
import { unknownAction } from "../protocol/serve.ts";
import { addCheck } from "../commands/images/check.ts";
import { addConfigure } from "../commands/configure/configure.ts";
import { addCredentials } from "../commands/credentials/credentials.ts";
import { addDoctor } from "../commands/doctor/doctor.ts";
import { addLogin } from "../commands/account/login.ts";
import { addLogout } from "../commands/account/logout.ts";
import { addMigrate } from "../commands/migrate/migrate.ts";
import { addPrune } from "../commands/credentials/prune.ts";
import { addRegistry } from "../commands/registries/registry.ts";
import { addResolve } from "../commands/images/resolve.ts";
import { addSecret } from "../commands/pull-secrets/secret.ts";
import { addStatus } from "../commands/account/status.ts";
import { addUnconfigure } from "../commands/configure/unconfigure.ts";
import { addCompletion, isAboutCompletion, nameCompletion, withLogTo } from "./completion.ts";
import type { Frame } from "../commands/frame.ts";
import { addManPage } from "./man-page.ts";
import type { Result, VerbPorts } from "../commands/ports.ts";

/** In the order of the help. */
const VERBS: readonly ((program: Command, frame: Frame) => void)[] = [
  addLogin,
  addLogout,
  addConfigure,
  addUnconfigure,
  addMigrate,
  addStatus,
  addResolve,
  addCheck,
  addDoctor,
  addSecret,
  addRegistry,
  addCredentials,
  addPrune,
];

/** What docker sends, for the help: those who look for it here should find it. */
const PROTOCOL_HELP = `
For docker (the credential-helper protocol on stdin and stdout):
  Usage: docker-credential-docr <store|get|erase|list|version>

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not there, 4 refused by the registry, 130 interrupted.
`;

/** What is to be printed on stdout, and the exit code. */
export interface Shown {
  readonly stdout: string;
  readonly exitCode: number;
}

/** The verbs as commander's tree. Help goes to `print`; `finish` gets what a verb came to, and whether JSON was asked for. */
function createProgram(
  ports: VerbPorts,
  print: (text: string) => void,
  finish: (result: Result, isJson: boolean) => void,
): Command {
  let isJson = false;
  const program = new Command("docr");
  program
    .description(
      "Credentials for DigitalOcean Container Registry: what docker asks for, and what people do around it",
    )
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: print,
      writeErr: () => undefined,
      getOutHelpWidth: () => ports.terminal.columns,
      getOutHasColors: () => false,
    })
    .helpCommand("help [verb]", "show the help of a verb")
    .usage("<verb> [options]")
    .addHelpText("after", PROTOCOL_HELP)
    .hook("preAction", (_program, verb) => {
      const options: Record<string, unknown> = verb.opts();
      isJson = options["json"] === true;
      checkValues(verb);
    });
  const frame: Frame = {
    ports,
    finish: (result) => finish(result, isJson),
    command(parent, name, description, { json } = { json: true }) {
      const verb = parent.command(name).description(description).helpOption("-h, --help", "show this help");
      if (json) verb.option("--json", "print JSON, for scripts");
      // Taken by main.ts: the libraries that ask and spin know the variable alone.
      return verb.option("--no-color", "print without colours (as does the variable NO_COLOR)");
    },
  };
  for (const add of VERBS) add(program, frame);
  addManPage(program, frame);
  return program;
}

/**
 * Runs a verb for people. Throws `unknown-action` for a verb that is none, `bad-arguments` for wrong flags and
 * arguments, and what the verb throws.
 */
export async function runVerb(ports: VerbPorts, args: readonly string[]): Promise<Shown> {
  let printed = "";
  let exitCode = 0;
  const print = (text: string): void => void (printed += text);
  const program = createProgram(ports, print, (result, isJson) => {
    const hasJson = isJson && result.json !== undefined;
    print(hasJson ? `${JSON.stringify(result.json, null, 2)}\n` : result.text);
    exitCode = result.exitCode ?? 0;
  });
  try {
    const parse = async (): Promise<void> => void (await program.parseAsync([...args], { from: "user" }));
    if (isAboutCompletion(args)) {
      await addCompletion(program);
      await withLogTo(print, parse);
    } else {
      nameCompletion(program);
      await parse();
    }
  } catch (error) {
    if (isHelperError(error) && error.code === "bad-arguments" && error.hint === undefined) {
      const hint = `see ${verbOf(program, args)} --help`;
      throw new HelperError(error.code, error.message, { cause: error, hint });
    }
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usageFailure(program, error, args);
  }
  return { stdout: printed, exitCode };
}

/** Throws `bad-arguments` where an option took the next one for its value, as commander lets it: `logout --context --all`. */
function checkValues(verb: Command): void {
  const values: Record<string, unknown> = verb.opts();
  const greedy = verb.options.find((option) => {
    const value = values[option.attributeName()];
    return typeof value === "string" && value.startsWith("--");
  });
  if (!greedy) return;
  throw new HelperError("bad-arguments", `${greedy.long ?? greedy.flags} needs a value of its own`);
}

/** Commander's message as one line of ours, without what may be a secret that somebody typed in the wrong place. */
function usageFailure(
  program: Command,
  { code, message }: CommanderError,
  args: readonly string[],
): HelperError {
  const [, said = "", suggestion] =
    /^(.*?)(?:\n\(Did you mean (?:one of )?([^\n]+)\?\))?$/s.exec(message) ?? [];
  const hint =
    suggestion === undefined ? `see ${verbOf(program, args)} --help` : `did you mean ${suggestion}?`;
  if (code === "commander.unknownCommand" && args.length === 1) return unknownAction(args[0] ?? "", hint);
  if (code === "commander.help") {
    const text = args[0] === "help" ? "there is no such verb" : "no verb";
    return new HelperError("bad-arguments", text, { hint });
  }
  const text = said
    .replace(/^error: /, "")
    .replace(/(but got \d+): .*$/s, "$1")
    .replace(/(?<=^unknown (?:option|command) ')(.*)(?='$)/s, (word) => shownWord(word))
    .replace(/(?<=(?:argument|value) ')(.*)(?=' is invalid)/s, (word) => shownWord(word))
    .replace(/\.$/, "")
    .replace(/\. ([A-Z])/, (_, letter: string) => `, ${letter.toLowerCase()}`);
  return new HelperError("bad-arguments", text, { hint });
}

/** What could be a verb or an option, and not what could be somebody's password: `-p…` for `-phunter2`. */
function shownWord(word: string): string {
  const [, option = "", value = ""] = /^(-[a-z?]|--[a-z-]{1,24}(?==))(.*)$/is.exec(word) ?? [];
  if (option !== "") return value === "" ? option : `${option}${value.startsWith("=") ? "=" : ""}…`;
  return /^(?:--)?[a-z]+(?:-[a-z]+)*$/i.test(word) && word.length <= 24 ? word : "…";
}

/** As it is typed: `docr registry add`. */
function verbOf(program: Command, args: readonly string[]): string {
  const names = [program.name()];
  let at: Command | undefined = program;
  for (const arg of args) {
    at = at?.commands.find((verb) => verb.name() === arg);
    if (!at) break;
    names.push(arg);
  }
  return names.join(" ");
}
