/** The snippets of docs/ci.md, and the commands that each CI system runs of them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Environment } from "../support/lab/run.ts";

const DOCUMENT = readFileSync(join(import.meta.dirname, "../../docs/ci.md"), "utf8");

/** One shell of a job. Only variables that the CI system knows survive its end. */
export interface Shell {
  readonly program: "bash" | "sh";
  readonly script: string;
  /** The CI system runs it after a failure, too. */
  readonly isCleanup?: boolean;
}

export interface DocumentedJob {
  readonly system: string;
  /** What the CI system sets. `folder` is the job's own. */
  readonly env: (folder: string) => Environment;
  readonly shells: readonly Shell[];
}

/** The tag that every job pushes. */
export const BUILD = "4711";

/** Returns the snippets below the heading that are in this language. */
export function snippetsIn(heading: string, language: string): readonly string[] {
  const [, section = ""] = DOCUMENT.split(`\n## ${heading}\n`);
  const [text = ""] = section.split("\n## ");
  const blocks = text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm"));
  return Array.from(blocks, ([, block = ""]) => block);
}

/** Returns the only YAML snippet below the heading. Throws if there are more or none. */
export function yamlIn(heading: string): unknown {
  const [text, ...more] = snippetsIn(heading, "yaml");
  if (text === undefined || more.length > 0) throw new Error(`${heading} has not exactly one YAML snippet`);
  return parse(text);
}

interface GitLab {
  readonly push: {
    readonly variables: Environment;
    readonly before_script: readonly string[];
    readonly script: readonly string[];
    readonly after_script: readonly string[];
  };
}

export function gitlabJob(): DocumentedJob {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a test runs what is in it
  const { push } = yamlIn("GitLab CI") as GitLab;
  return {
    system: "GitLab CI",
    env: (folder) => {
      const known: Environment = { CI_BUILDS_DIR: folder, CI_JOB_ID: "17", CI_PIPELINE_ID: BUILD };
      const own = Object.entries(push.variables).map(([name, value]) => [name, expand(value, known)]);
      return { ...known, ...Object.fromEntries(own) };
    },
    shells: [
      { program: "bash", script: [...push.before_script, ...push.script].join("\n") },
      { program: "bash", script: push.after_script.join("\n"), isCleanup: true },
    ],
  };
}

interface CircleCi {
  readonly jobs: {
    readonly push: {
      readonly steps: readonly (
        | string
        | { readonly run: string | { readonly command: string; readonly when: string } }
      )[];
    };
  };
}

export function circleJob(): DocumentedJob {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a test runs what is in it
  const { jobs } = yamlIn("CircleCI") as CircleCi;
  return {
    system: "CircleCI",
    env: () => ({ CIRCLE_SHA1: BUILD }),
    shells: jobs.push.steps.flatMap((step): Shell[] => {
      if (typeof step === "string") return [];
      if (typeof step.run === "string") return [{ program: "bash", script: step.run }];
      return [{ program: "bash", script: step.run.command, isCleanup: step.run.when === "always" }];
    }),
  };
}

export function jenkinsJob(): DocumentedJob {
  const [pipeline = ""] = snippetsIn("Jenkins", "groovy");
  const [work = "", cleanup = ""] = pipeline.split(/^ {2}post \{$/m);
  const variables = Array.from(pipeline.matchAll(/^ {4}(\w+) = "(.*)"$/gm), ([, name = "", value = ""]) => ({
    name,
    value,
  }));
  return {
    system: "Jenkins",
    env: (folder) => {
      const known: Environment = { WORKSPACE_TMP: join(folder, "app@tmp"), BUILD_ID: BUILD };
      const own = variables.map(({ name, value }) => [name, expand(value, known)]);
      return { ...known, ...Object.fromEntries(own) };
    },
    shells: [
      ...groovyScripts(work).map((script): Shell => ({ program: "sh", script })),
      ...groovyScripts(cleanup).map((script): Shell => ({ program: "sh", script, isCleanup: true })),
    ],
  };
}

/** The texts of the `sh` steps. */
function groovyScripts(text: string): readonly string[] {
  return Array.from(
    text.matchAll(/^\s*(?:always \{ )?sh (?:'''([^]*?)'''|'([^'\n]*)')/gm),
    ([, long, short]) => long ?? short ?? "",
  );
}

interface Buildkite {
  readonly steps: readonly { readonly command: string }[];
}

/** The agent sources the hooks and runs the command in one shell. The exit hook runs after a failure, too. */
export function buildkiteJob(): DocumentedJob {
  const [preCommand = "", preExit = ""] = snippetsIn("Buildkite", "bash");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a test runs what is in it
  const { steps } = yamlIn("Buildkite") as Buildkite;
  const commands = steps.map(({ command }) => `bash -e -c '${command}'`).join("\n");
  return {
    system: "Buildkite",
    env: (folder) => ({ TMPDIR: folder, BUILDKITE_BUILD_NUMBER: BUILD }),
    shells: [{ program: "bash", script: `${preCommand}\n(${commands})\ncode=$?\n${preExit}\nexit $code` }],
  };
}

interface Woodpecker {
  readonly steps: readonly { readonly commands: readonly string[] }[];
}

export function woodpeckerJob(): DocumentedJob {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a test runs what is in it
  const { steps } = yamlIn("Woodpecker") as Woodpecker;
  return {
    system: "Woodpecker",
    env: () => ({ CI_PIPELINE_NUMBER: BUILD }),
    shells: steps.map(({ commands }) => ({ program: "sh", script: commands.join("\n") })),
  };
}

/** Replaces $NAME and ${NAME} as the CI system does. Throws for a variable that it does not know. */
function expand(text: string, known: Environment): string {
  return text.replaceAll(/\$(?:(\w+)|\{(\w+)\})/g, (_whole, plain?: string, braced?: string) => {
    const value = known[plain ?? braced ?? ""];
    if (value === undefined) throw new Error(`${text} names a variable that the test does not set`);
    return value;
  });
}
