import type { Environment } from "../../test/support/lab/run.ts";
import { ECR_HOST } from "./ecr.ts";
import { type Owner, THEIR_HELPER } from "./full-keyring.ts";
import { isListOf } from "./logins.ts";
import type { Case } from "./measure.ts";
import { OTHER_HOST, OTHER_SECRET, OUR_HOST, type Scene } from "./scene.ts";

type Program = (round: number) => string;

const hasSecret = (stdout: string): boolean => stdout.includes('"Secret":"do');
const hasOther = (stdout: string): boolean => stdout.includes(OTHER_SECRET);
const anything = (): boolean => true;

/** A case with the same arguments, environment and input each time. */
function plain(name: string, program: Program, verb: string, options: Partial<Plain> = {}): Case {
  const { env = {}, stdin = "", isRight = anything, count = 1 } = options;
  return { name, count, isRight, command: (round) => ({ args: [program(round), verb], env, stdin }) };
}

/** A verb of people's, until it begins to answer. */
function firstOutput(verb: string, program: Program, { env = {}, isRight = anything }: Partial<Plain>): Case {
  const command = (round: number) =>
    ({ args: [program(round), verb], env, stdin: "", isFirstOutput: true }) as const;
  return { name: verb, isRight, command };
}

interface Plain {
  readonly env: Environment;
  readonly stdin: string;
  readonly isRight: (stdout: string) => boolean;
  readonly count: number;
}

const TRUE: Program = () => "/bin/true";
const SECRETSERVICE: Program = () => THEIR_HELPER;

/** One process at a time. */
export function singleCases(scene: Scene): readonly Case[] {
  const { programs, env } = scene;
  const ours = { stdin: OUR_HOST, isRight: hasSecret };
  const other = { stdin: OTHER_HOST, isRight: hasOther };
  return [
    plain("true", TRUE, "get"),
    plain("empty", programs.empty, "get", { env: env.plain }),
    plain("secretservice", SECRETSERVICE, "get", { ...other, env: env.plain }),
    ...ecrCases(scene, "ecr-login", 1),
    plain("warm, token in the environment", programs.launcher, "get", { ...ours, env: env.token }),
    plain("warm, token in the keychain", programs.launcher, "get", { ...ours, env: env.keychain }),
    plain("warm, docr alone", programs.docr, "get", { ...ours, env: env.token }),
    plain("other registry", programs.launcher, "get", { ...other, env: env.plain }),
    plain("other registry, docr alone", programs.docr, "get", { ...other, env: env.plain }),
    plain("fallback", programs.launcher, "get", { ...other, env: env.fallback }),
    coldCase(scene, { name: "cold", program: programs.launcher, scheme: "https" }),
    coldCase(scene, { name: "cold, docr alone", program: programs.docr, scheme: "https" }),
    coldCase(scene, { name: "cold, http", program: programs.launcher, scheme: "http" }),
    plain("--help", programs.launcher, "--help", { env: env.plain }),
    firstOutput("status", programs.docr, {
      env: env.keychain,
      isRight: (stdout) => stdout.includes("in use"),
    }),
    plain("version", programs.launcher, "version", { env: env.plain }),
  ];
}

/** `list` with so many logins, ours and theirs, each in a keyring of its own. */
export async function listCases(scene: Scene, counts: readonly number[]): Promise<readonly Case[]> {
  const cases: Case[] = [];
  for (const count of counts) {
    for (const owner of ["ours", "theirs"] as const satisfies readonly Owner[]) {
      const program = owner === "ours" ? scene.programs.launcher : SECRETSERVICE;
      cases.push(
        plain(`list ${count} ${owner}`, program, "list", {
          env: await scene.fullKeyring(owner, count),
          isRight: (stdout) => isListOf(count, stdout),
        }),
      );
    }
  }
  return cases;
}

/** Many processes at once. `calls` gets how many API calls each cold run of so many made. */
export function manyCases(
  scene: Scene,
  counts: readonly number[],
  calls: Map<number, number[]>,
): readonly Case[] {
  const { programs, env } = scene;
  const each = counts.flatMap((count): readonly Case[] => [
    plain(`${count} x true`, TRUE, "get", { count }),
    plain(`${count} x empty`, programs.empty, "get", { count, env: env.plain }),
    plain(`${count} x secretservice`, SECRETSERVICE, "get", {
      stdin: OTHER_HOST,
      isRight: hasOther,
      count,
      env: env.plain,
    }),
    plain(`${count} x warm`, programs.launcher, "get", {
      stdin: OUR_HOST,
      isRight: hasSecret,
      count,
      env: env.token,
    }),
    {
      ...coldCase(scene, { name: `${count} x cold`, program: programs.launcher, scheme: "https" }),
      count,
      after: async () => {
        const made = (await scene.api.calls()).length;
        calls.set(count, [...(calls.get(count) ?? []), made]);
        await scene.api.reset();
      },
    },
  ]);
  return [...each, ...counts.flatMap((count) => ecrCases(scene, `${count} x ecr-login`, count))];
}

interface Cold {
  readonly name: string;
  readonly program: Program;
  readonly scheme: "https" | "http";
}

function coldCase(scene: Scene, { name, program, scheme }: Cold): Case {
  return {
    name,
    isRight: hasSecret,
    command: (round) => ({ args: [program(round), "get"], env: scene.coldEnv(scheme), stdin: OUR_HOST }),
  };
}

function ecrCases({ ecr }: Scene, name: string, count: number): readonly Case[] {
  if (!ecr) return [];
  const { program, env, isRight } = ecr;
  return [plain(name, () => program, "get", { env, stdin: ECR_HOST, isRight, count })];
}
