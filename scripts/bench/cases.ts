import { join } from "node:path";
import { API_VERSIONS, encodeRequest } from "../../src/kubelet/request.ts";
import type { Environment } from "../../test/support/lab/run.ts";
import { ECR_HOST } from "./ecr.ts";
import type { Owner } from "./full-keyring.ts";
import { isListOf } from "./logins.ts";
import type { Case } from "./measure.ts";
import type { Program } from "./programs.ts";
import { DIGITALOCEAN_HOST, DIGITALOCEAN_PATH, OTHER_HOST, OTHER_SECRET, type Scene } from "./scene.ts";

const hasSecret = (stdout: string): boolean => stdout.includes('"Secret":"do');
const hasOther = (stdout: string): boolean => stdout.includes(OTHER_SECRET);
const isNotFound = (stdout: string): boolean => stdout.trim() === "credentials not found in native keychain";
const anything = (): boolean => true;

interface Plain {
  readonly env: Environment;
  readonly stdin: string;
  readonly isRight: (stdout: string) => boolean;
  readonly exitCode: number;
  readonly count: number;
}

/** A case with the same arguments, environment and input in each round. */
function plain(name: string, program: Program, action: string, options: Partial<Plain> = {}): Case {
  const { env = {}, stdin = "", exitCode = 0, isRight = anything, count = 1 } = options;
  return {
    name,
    count,
    isRight,
    command: (round) => ({ args: [program(round), action], env, stdin, exitCode }),
  };
}

/** A command, measured until its first output. */
function firstOutput(name: string, program: Program, { env = {}, isRight = anything }: Partial<Plain>): Case {
  const command = (round: number) =>
    ({ args: [program(round), name], env, stdin: "", isFirstOutput: true }) as const;
  return { name, isRight, command };
}

/** One process at a time. */
export function singleCases(scene: Scene): readonly Case[] {
  const { programs, env } = scene;
  const { launcher, docr, empty, secretservice } = programs;
  const warm = (stdin: string) => ({ stdin, isRight: hasSecret, env: env.token });
  const found = { stdin: OTHER_HOST, isRight: hasOther, env: env.plain };
  const notFound = { stdin: "ghcr.io", isRight: isNotFound, exitCode: 1, env: env.plain };
  return [
    plain("true", programs.true, "get"),
    plain("empty", empty, "get", { env: env.plain }),
    plain("secretservice", secretservice, "get", found),
    plain("secretservice, not found", secretservice, "get", notFound),
    ...ecrCases(scene, "ecr-login", 1),
    plain("warm get, bare host", launcher, "get", warm(DIGITALOCEAN_HOST)),
    plain("warm get, path", launcher, "get", warm(DIGITALOCEAN_PATH)),
    plain("warm get, https://", launcher, "get", warm(`https://${DIGITALOCEAN_HOST}`)),
    plain("full program alone", docr, "get", warm(DIGITALOCEAN_HOST)),
    plain("another registry's login, found", launcher, "get", found),
    plain("another registry's login, not found", launcher, "get", notFound),
    plain("another registry's login, full program alone", docr, "get", found),
    plain("fallback helper", launcher, "get", { ...found, env: env.fallback }),
    ...mintCases(scene, {
      "cold mint": env.mint,
      "cold mint, CA bundle in a variable": env.mintWithBundle,
      "cold mint, the system's authorities": env.mintWithSystem,
      "cold mint, http": env.mintHttp,
    }),
    mintCase(scene, "cold mint, full program alone", docr, env.mint),
    plain("--help", launcher, "--help", { env: env.plain }),
    firstOutput("status", docr, { env: env.keychain, isRight: (stdout) => stdout.includes("in use") }),
    plain("version", launcher, "version", { env: env.plain }),
    kubeletCase(scene),
  ];
}

/** A node's answer with the credential that it has. The first unmeasured round mints it. */
function kubeletCase({ folder, programs, env }: Scene): Case {
  const image = DIGITALOCEAN_PATH;
  const stdin = encodeRequest({ apiVersion: API_VERSIONS[0], image });
  return {
    name: "docr kubelet, warm",
    isRight: (stdout) => stdout.includes('"password":"do'),
    command: (round) => ({
      args: [programs.docr(round), "kubelet", "--state-dir", join(folder, "node")],
      env: env.token,
      stdin,
    }),
  };
}

/** `list` of docr and of docker-credential-secretservice, each with its own keyring of `count` logins. */
export async function listCases(scene: Scene, count: number): Promise<readonly Case[]> {
  const { launcher, secretservice } = scene.programs;
  const listCase = async (owner: Owner, program: Program): Promise<Case> =>
    plain(`list ${count} ${owner}`, program, "list", {
      env: await scene.fullKeyring(owner, count, "list"),
      isRight: (stdout) => isListOf(count, stdout),
    });
  return [await listCase("docr", launcher), await listCase("secretservice", secretservice)];
}

/** Many processes at once. Adds to `calls` the number of API calls of each run with nothing cached. */
export function manyCases(
  scene: Scene,
  counts: readonly number[],
  calls: Map<number, number[]>,
): readonly Case[] {
  const { programs, env } = scene;
  const other = { stdin: OTHER_HOST, isRight: hasOther, env: env.plain };
  const warm = { stdin: DIGITALOCEAN_HOST, isRight: hasSecret, env: env.token };
  return counts.flatMap((count): readonly Case[] => [
    plain(`${count} x true`, programs.true, "get", { count }),
    plain(`${count} x empty`, programs.empty, "get", { count, env: env.plain }),
    plain(`${count} x secretservice`, programs.secretservice, "get", { ...other, count }),
    plain(`${count} x another registry's login`, programs.launcher, "get", { ...other, count }),
    plain(`${count} x warm get`, programs.launcher, "get", { ...warm, count }),
    {
      ...mintCase(scene, `${count} x mint`, programs.launcher, env.mint),
      count,
      after: async () => {
        const made = (await scene.api.calls()).length;
        calls.set(count, [...(calls.get(count) ?? []), made]);
        await scene.api.reset();
      },
    },
    ...ecrCases(scene, `${count} x ecr-login`, count),
  ]);
}

/** Leaves out the cases without an environment. */
function mintCases(
  scene: Scene,
  environments: Readonly<Record<string, Environment | undefined>>,
): readonly Case[] {
  return Object.entries(environments).flatMap(([name, env]) =>
    env ? [mintCase(scene, name, scene.programs.launcher, env)] : [],
  );
}

function mintCase(scene: Scene, name: string, program: Program, env: Environment): Case {
  return {
    name,
    isRight: hasSecret,
    command: (round) => ({
      args: [program(round), "get"],
      env: scene.withNothingCached(env),
      stdin: DIGITALOCEAN_HOST,
    }),
  };
}

function ecrCases({ ecr, programs }: Scene, name: string, count: number): readonly Case[] {
  if (!ecr) return [];
  const { env, isRight } = ecr;
  return [plain(name, programs.ecr, "get", { env, stdin: ECR_HOST, isRight, count })];
}
