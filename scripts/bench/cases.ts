import type { Environment } from "../../test/support/lab/run.ts";
import { ECR_HOST } from "./ecr.ts";
import { type Owner, SECRETSERVICE } from "./full-keyring.ts";
import { isListOf } from "./logins.ts";
import type { Case } from "./measure.ts";
import { DIGITALOCEAN_HOST, OTHER_HOST, OTHER_SECRET, type Scene } from "./scene.ts";

type Program = (round: number) => string;

const hasSecret = (stdout: string): boolean => stdout.includes('"Secret":"do');
const hasOther = (stdout: string): boolean => stdout.includes(OTHER_SECRET);
const anything = (): boolean => true;

/** A case with the same arguments, environment and input in each round. */
function plain(name: string, program: Program, action: string, options: Partial<Plain> = {}): Case {
  const { env = {}, stdin = "", isRight = anything, count = 1 } = options;
  return { name, count, isRight, command: (round) => ({ args: [program(round), action], env, stdin }) };
}

/** A command, measured until its first output. */
function firstOutput(name: string, program: Program, { env = {}, isRight = anything }: Partial<Plain>): Case {
  const command = (round: number) =>
    ({ args: [program(round), name], env, stdin: "", isFirstOutput: true }) as const;
  return { name, isRight, command };
}

interface Plain {
  readonly env: Environment;
  readonly stdin: string;
  readonly isRight: (stdout: string) => boolean;
  readonly count: number;
}

const TRUE: Program = () => "/bin/true";
const PEER: Program = () => SECRETSERVICE;

/** One process at a time. */
export function singleCases(scene: Scene): readonly Case[] {
  const { programs, env } = scene;
  const digitalocean = { stdin: DIGITALOCEAN_HOST, isRight: hasSecret };
  const other = { stdin: OTHER_HOST, isRight: hasOther };
  return [
    plain("true", TRUE, "get"),
    plain("empty", programs.empty, "get", { env: env.plain }),
    plain("secretservice", PEER, "get", { ...other, env: env.plain }),
    ...ecrCases(scene, "ecr-login", 1),
    plain("cached, token in the environment", programs.launcher, "get", { ...digitalocean, env: env.token }),
    plain("cached, token in the keychain", programs.launcher, "get", { ...digitalocean, env: env.keychain }),
    plain("cached, without launcher", programs.docr, "get", { ...digitalocean, env: env.token }),
    plain("other registry", programs.launcher, "get", { ...other, env: env.plain }),
    plain("other registry, without launcher", programs.docr, "get", { ...other, env: env.plain }),
    plain("fallback", programs.launcher, "get", { ...other, env: env.fallback }),
    mintCase(scene, { name: "mint", program: programs.launcher, scheme: "https" }),
    mintCase(scene, { name: "mint, without launcher", program: programs.docr, scheme: "https" }),
    mintCase(scene, { name: "mint, http", program: programs.launcher, scheme: "http" }),
    plain("--help", programs.launcher, "--help", { env: env.plain }),
    firstOutput("status", programs.docr, {
      env: env.keychain,
      isRight: (stdout) => stdout.includes("in use"),
    }),
    plain("version", programs.launcher, "version", { env: env.plain }),
  ];
}

/** `list` of docr and of docker-credential-secretservice, each with its own keyring. */
export async function listCases(scene: Scene, counts: readonly number[]): Promise<readonly Case[]> {
  const cases: Case[] = [];
  for (const count of counts) {
    for (const owner of ["docr", "secretservice"] as const satisfies readonly Owner[]) {
      const program = owner === "docr" ? scene.programs.launcher : PEER;
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

/** Many processes at once. Adds to `calls` the number of API calls of each run with nothing cached. */
export function manyCases(
  scene: Scene,
  counts: readonly number[],
  calls: Map<number, number[]>,
): readonly Case[] {
  const { programs, env } = scene;
  const each = counts.flatMap((count): readonly Case[] => [
    plain(`${count} x true`, TRUE, "get", { count }),
    plain(`${count} x empty`, programs.empty, "get", { count, env: env.plain }),
    plain(`${count} x secretservice`, PEER, "get", {
      stdin: OTHER_HOST,
      isRight: hasOther,
      count,
      env: env.plain,
    }),
    plain(`${count} x cached`, programs.launcher, "get", {
      stdin: DIGITALOCEAN_HOST,
      isRight: hasSecret,
      count,
      env: env.token,
    }),
    {
      ...mintCase(scene, { name: `${count} x mint`, program: programs.launcher, scheme: "https" }),
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

interface Mint {
  readonly name: string;
  readonly program: Program;
  readonly scheme: "https" | "http";
}

function mintCase(scene: Scene, { name, program, scheme }: Mint): Case {
  return {
    name,
    isRight: hasSecret,
    command: (round) => ({
      args: [program(round), "get"],
      env: scene.mintEnv(scheme),
      stdin: DIGITALOCEAN_HOST,
    }),
  };
}

function ecrCases({ ecr }: Scene, name: string, count: number): readonly Case[] {
  if (!ecr) return [];
  const { program, env, isRight } = ecr;
  return [plain(name, () => program, "get", { env, stdin: ECR_HOST, isRight, count })];
}
