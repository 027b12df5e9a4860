import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { type Environment, type Outcome, run } from "../support/lab/run.ts";

const PROJECT = join(import.meta.dirname, "../..");

/** action.yml, as far as the runner needs it. */
interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly required?: boolean }>>;
  readonly runs: { readonly using: string; readonly main: string; readonly post: string };
}

export const ACTION: Action = parse(readFileSync(join(PROJECT, "action.yml"), "utf8"));

/** One job of GitHub Actions with the action of this project, by the runner's file protocol. */
export interface ActionsJob {
  readonly temporary: string;
  /** The action's main step. Later steps get the environment that it leaves. */
  main(): Promise<Outcome>;
  /** A step of the workflow. */
  step(script: string): Promise<Outcome>;
  post(): Promise<Outcome>;
  /** The job's log as the runner shows it: masked, and without workflow commands that it hides. */
  log(): string;
  /** The value of an output of the main step. */
  output(name: string): string | undefined;
}

export interface ActionsJobOptions {
  /** A folder of the machine. The job adds one of its own. */
  readonly folder: string;
  /** The runner's own environment. */
  readonly env: Environment;
  readonly inputs: Readonly<Record<string, string>>;
}

export function createActionsJob({ folder, env: runner, inputs }: ActionsJobOptions): ActionsJob {
  const job = mkdtempSync(join(folder, "job-"));
  const temporary = join(job, "_temp");
  mkdirSync(temporary);
  const files: Record<string, string> = {};
  for (const name of ["ENV", "PATH", "OUTPUT", "STATE"]) {
    files[`GITHUB_${name}`] = join(job, name.toLowerCase());
    writeFileSync(join(job, name.toLowerCase()), "");
  }
  const contentOf = (name: string): string => readFileSync(files[`GITHUB_${name}`] ?? "", "utf8");
  const base: Environment = {
    ...files,
    RUNNER_TEMP: temporary,
    GITHUB_ACTIONS: "true",
    CI: "true",
    ...runner,
  };
  const printed: string[] = [];
  const record = (outcome: Outcome): Outcome => {
    printed.push(outcome.stdout, outcome.stderr);
    return outcome;
  };

  /** The environment of everything after the main step. */
  const later = (): Environment => {
    const added = contentOf("PATH")
      .split("\n")
      .filter((line) => line !== "");
    const path = [...added.toReversed(), base["PATH"] ?? ""].join(":");
    return { ...base, ...readValues(contentOf("ENV")), PATH: path };
  };
  const runStep = async (entry: string, env: Environment): Promise<Outcome> =>
    record(await run(process.execPath, [join(PROJECT, entry)], { env, cwd: job }));
  return {
    temporary,
    main: () => runStep(ACTION.runs.main, { ...base, ...inputVariables(inputs) }),
    step: async (script) => record(await run("sh", ["-e", "-c", script], { env: later(), cwd: job })),
    post: () => {
      const state = Object.entries(readValues(contentOf("STATE")));
      const states = Object.fromEntries(state.map(([name, value]) => [`STATE_${name}`, value]));
      return runStep(ACTION.runs.post, { ...later(), ...inputVariables(inputs), ...states });
    },
    log: () => maskLog(printed.join("")),
    output: (name) => readValues(contentOf("OUTPUT"))[name],
  };
}

/** The runner passes every input of action.yml, with its default. */
function inputVariables(inputs: Readonly<Record<string, string>>): Environment {
  const names = Object.entries(ACTION.inputs);
  return Object.fromEntries(
    names.map(([name, { default: value = "" }]) => [`INPUT_${name.toUpperCase()}`, inputs[name] ?? value]),
  );
}

/** Reads the form NAME<<END, lines, END. Throws if the text has any other form. */
function readValues(text: string): Environment {
  const values: Record<string, string> = {};
  let rest = text;
  while (rest !== "") {
    const match = /^(\w[\w-]*)<<(\S+)\n([^]*?)\n\2\n/.exec(rest);
    if (!match) throw new Error("a file of the runner has a line that the runner does not understand");
    const [whole, name = "", , value = ""] = match;
    values[name] = value;
    rest = rest.slice(whole.length);
  }
  return values;
}

/** Each mask hides its text from the line where it stands. */
function maskLog(text: string): string {
  const masks: string[] = [];
  const shown: string[] = [];
  for (const line of text.split("\n")) {
    const [, masked] = /^::add-mask::(.*)$/.exec(line) ?? [];
    if (masked === undefined) shown.push(masks.reduce((rest, mask) => rest.replaceAll(mask, "***"), line));
    else masks.push(masked);
  }
  return shown.join("\n");
}
