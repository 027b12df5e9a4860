import { randomInt } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, chmodSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createStandIn, type StandIn } from "../support/fakes/digitalocean-api.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, LAUNCHER, explainNoLauncher } from "../support/lab/executable.ts";
import { isRoot, SYSTEM_PATH } from "../support/lab/parts.ts";
import { type Outcome, call, inParallel, type Request } from "./call.ts";
import {
  arrange,
  describeSituation,
  environmentOf,
  FOREIGN,
  removeShared,
  type Site,
  type Situation,
  situations,
  lockFolder,
} from "./situation.ts";
import { holdLock } from "./lock-holder.ts";
import { explainNoStub, stubError, stubOutput, writeStub } from "./stub.ts";

const SEED = 20261121;
const WORKERS = 6;
/** Numbers of users that nobody has; other ones in each run, for runs at the same time share /dev/shm. */
const FIRST_USER = randomInt(5000, 9999) * WORKERS;
/** For how long another launcher has the turn, where one has it. */
const HELD_MS = 40;
/** The stub's exit code; no program of ours has it. */
const DEFERRED = 47;

const reason = explainNoLauncher() ?? explainNoStub();

describeUnless(reason, "the launcher and the full program", () => {
  let folder: string;
  let standIn: StandIn;
  let path: string;
  let programs: { readonly full: string; readonly launcher: string; readonly launcherBesideStub: string };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "docr-diff-"));
    chmodSync(folder, 0o755);
    standIn = await createStandIn();
    // Copies, for users who may not enter the project's folder.
    for (const name of ["real", "stub", "bin"]) mkdirSync(join(folder, name), { mode: 0o755 });
    programs = {
      full: join(folder, "real", "docr"),
      launcher: join(folder, "real", "docker-credential-docr"),
      launcherBesideStub: join(folder, "stub", "docker-credential-docr"),
    };
    copyFileSync(DOCR, programs.full);
    copyFileSync(LAUNCHER, programs.launcher);
    copyFileSync(LAUNCHER, programs.launcherBesideStub);
    writeStub(join(folder, "stub", "docr"), "docr", DEFERRED);
    writeStub(join(folder, "bin", "docker-credential-fake"), "fake", 3);
    path = `${join(folder, "bin")}:${SYSTEM_PATH}`;
  });
  afterAll(async () => {
    await standIn.close();
    rmSync(folder, { recursive: true, force: true });
    for (let worker = 0; worker < WORKERS; worker++) removeShared(siteOf(worker).uid);
  });

  const siteOf = (worker: number): Site => ({
    folder: join(folder, `s${worker}`),
    uid: isRoot() ? FIRST_USER + worker : undefined,
    path,
    apiUrl: standIn.url,
  });

  const findDifferences = async (
    sample: readonly Situation[],
    compare: (situation: Situation, site: Site) => Promise<string | undefined>,
  ): Promise<readonly string[]> => {
    const found: string[] = [];
    await inParallel([...sample.entries()], WORKERS, async ([index, situation], worker) => {
      const difference = await compare(situation, siteOf(worker));
      if (difference === undefined) return;
      found.push(`#${index} ${difference}; ${describeSituation(situation)}`);
    });
    return found.slice(0, 10);
  };

  it("give the same answers in 400 situations, from the first byte to the exit code", async () => {
    const found = await findDifferences(sampleOf(400, SEED), async (situation, site) => {
      const now = Date.now();
      const full = await ask(programs.full, situation, site, now);
      const launcher = await ask(programs.launcher, situation, site, now);
      return compareAnswers(launcher, full);
    });
    expect(found).toEqual([]);
  });

  it("agree in 3,000 more, where the launcher either hands on all that it was given or answers as docr does", async () => {
    const counts = { handedOn: 0, answered: 0, foreign: 0 };
    const found = await findDifferences(sampleOf(3000, SEED + 1), async (situation, site) => {
      const now = Date.now();
      const launcher = await ask(programs.launcherBesideStub, situation, site, now);
      if (launcher.ending === DEFERRED) {
        counts.handedOn += 1;
        return explainHandedOn(launcher, requestOf(situation, site));
      }
      if (launcher.ending === 0) counts.answered += 1;
      else counts.foreign += 1;
      return compareAnswers(launcher, await ask(programs.full, situation, site, now));
    });
    expect(found).toEqual([]);
    // Else the situations would say nothing about one of them.
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(100);
  });

  it.skipIf(!isRoot())("were compared with files of other users too [needs root]", () => {
    const sample = sampleOf(3000, SEED + 1);
    const foreign = sample.filter(({ warm, note, folder: kept, runtimeDir }) =>
      [warm, note, kept, runtimeDir].includes(FOREIGN),
    );
    expect(foreign.length).toBeGreaterThan(100);
  });
});

/** Undefined where the stub in docr's place got everything as the launcher did. */
function explainHandedOn(launcher: Outcome, request: Request): string | undefined {
  // From an input that is too long in any case, not all is read.
  const kept = request.input?.subarray(0, 65_536);
  const isGet = request.args.join(" ") === "get";
  const candidates = isGet ? [request, { ...request, input: kept }] : [request];
  if (!candidates.some((one) => stubOutput("docr", one) === launcher.stdout))
    return "handed on something else";
  return launcher.stderr === stubError("docr") ? undefined : "wrote to stderr on the way";
}

/** DigitalOcean gives every request an id of its own, which its refusals repeat. */
function withoutIds(text: string | number): string {
  return String(text).replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "ID");
}

function requestOf(situation: Situation, site: Site): Request {
  const { args, input } = situation;
  return { args, input, env: environmentOf(situation, site), uid: site.uid };
}

/** `numRuns` situations, the same ones each time. */
function sampleOf(numRuns: number, seed: number): readonly Situation[] {
  return fc.sample(situations(isRoot()), { numRuns, seed });
}

/** Undefined where the launcher's answer is the full program's; else what differs, with no more than its beginning. */
function compareAnswers(launcher: Outcome, full: Outcome): string | undefined {
  const parts = ["ending", "stdout", "stderr"] as const;
  const differing = parts.filter((part) => withoutIds(launcher[part]) !== withoutIds(full[part]));
  if (differing.length === 0) return undefined;
  return `${differing.join(", ")}: launcher ${look(launcher)}, docr ${look(full)}`;
}

function look({ ending, stdout, stderr }: Outcome): string {
  return `${ending} ${JSON.stringify((stdout || stderr).slice(0, 60))}`;
}

async function ask(program: string, situation: Situation, site: Site, now: number): Promise<Outcome> {
  arrange(situation, site, now);
  if (situation.held) await holdLock(lockFolder(situation, site), HELD_MS);
  return call(program, requestOf(situation, site));
}
