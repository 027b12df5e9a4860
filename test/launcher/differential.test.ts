import { randomInt } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, chmodSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { HELPER_FLAG } from "../../src/response-cache/shared/helper-flag.ts";
import { createStandIn, type StandIn } from "../support/fakes/digitalocean-api.ts";
import { describeUnless, itUnless } from "../support/lab/describe.ts";
import { DOCR, LAUNCHER, explainNoLauncher } from "../support/lab/executable.ts";
import { explainNotRoot, isRoot, SYSTEM_PATH } from "../support/lab/parts.ts";
import { type Outcome, call, inParallel, type Request } from "./call.ts";
import {
  arrange,
  describeSituation,
  environmentOf,
  FOREIGN,
  lockFolder,
  removeShared,
  type Site,
  type Situation,
  situations,
} from "./situation.ts";
import { holdLock } from "./lock-holder.ts";
import { explainNoStub, stubError, stubOutput, writeStub } from "./stub.ts";

const SEED = 20261121;
const SITUATIONS = 400;
const WORKERS = 6;
/** User ids that no user has. Concurrent test runs share /dev/shm, so each run uses different ids. */
const FIRST_USER = randomInt(5000, 9999) * WORKERS;
/** How long another launcher holds the lock, if the situation has one. */
const LOCKED_MS = 40;
/** The exit code of docr's stub. docr and the fallback helper never use it. */
const RAN_DOCR = 47;

const reason = explainNoLauncher() ?? explainNoStub();

// test/unit/launcher/decide.test.ts compares the launcher's decision with docr's in thousands of other situations.
describeUnless(reason, `the launcher and docr in ${SITUATIONS} situations`, () => {
  let folder: string;
  let standIn: StandIn;
  let path: string;
  let programs: { readonly docr: string; readonly launcher: string; readonly launcherWithStub: string };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "docr-diff-"));
    chmodSync(folder, 0o755);
    standIn = await createStandIn();
    // Copies, because other users cannot enter the project's folder.
    for (const name of ["real", "stub", "bin"]) mkdirSync(join(folder, name), { mode: 0o755 });
    programs = {
      docr: join(folder, "real", "docr"),
      launcher: join(folder, "real", "docker-credential-docr"),
      launcherWithStub: join(folder, "stub", "docker-credential-docr"),
    };
    copyFileSync(DOCR, programs.docr);
    copyFileSync(LAUNCHER, programs.launcher);
    copyFileSync(LAUNCHER, programs.launcherWithStub);
    writeStub(join(folder, "stub", "docr"), "docr", RAN_DOCR);
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

  it("print the same bytes and exit with the same code", async () => {
    const found = await findDifferences(sampleOf(SEED), async (situation, site) => {
      const now = Date.now();
      const docr = await ask(programs.docr, situation, site, now);
      const launcher = await ask(programs.launcher, situation, site, now);
      return compareOutcomes(launcher, docr);
    });
    expect(found).toEqual([]);
  });

  it("agree if the launcher responds itself; otherwise it passes the whole request to docr", async () => {
    const counts = { ranDocr: 0, responded: 0, ranFallback: 0 };
    const found = await findDifferences(sampleOf(SEED + 1), async (situation, site) => {
      const now = Date.now();
      const launcher = await ask(programs.launcherWithStub, situation, site, now);
      if (launcher.ending === RAN_DOCR) {
        counts.ranDocr += 1;
        return explainPassedOn(launcher, requestOf(situation, site));
      }
      if (launcher.ending === 0) counts.responded += 1;
      else counts.ranFallback += 1;
      return compareOutcomes(launcher, await ask(programs.docr, situation, site, now));
    });
    expect(found).toEqual([]);
    // Otherwise the situations would not test one of the three.
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(SITUATIONS / 30);
  });

  itUnless(explainNotRoot(), "include files of other users", () => {
    const foreign = sampleOf(SEED + 1).filter(({ response, note, folder: responses, runtimeDir }) =>
      [response, note, responses, runtimeDir].includes(FOREIGN),
    );
    expect(foreign.length).toBeGreaterThan(SITUATIONS / 30);
  });
});

/** What docr's stub got differently than the launcher. Undefined if it got everything. */
function explainPassedOn(launcher: Outcome, request: Request): string | undefined {
  // The launcher reads only the beginning of an input that is too long.
  const beginning = request.input?.subarray(0, 65_536);
  const isRead = ["get", "erase"].includes(request.args.join(" "));
  const candidates = isRead ? [request, { ...request, input: beginning }] : [request];
  if (!candidates.some((one) => stubOutput("docr", one) === launcher.stdout))
    return "passed on something else";
  return launcher.stderr === stubError("docr") ? undefined : "wrote to stderr itself";
}

/** Without the id that DigitalOcean's API gives each request. */
function withoutIds(text: string | number): string {
  return String(text).replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "ID");
}

function requestOf(situation: Situation, site: Site): Request {
  const { args, input } = situation;
  return { args, input, env: environmentOf(situation, site), uid: site.uid };
}

/** The same situations in each run. */
function sampleOf(seed: number): readonly Situation[] {
  return fc.sample(situations(isRoot()), { numRuns: SITUATIONS, seed });
}

/** How the launcher's outcome differs from docr's, shortened. Undefined if it does not. */
function compareOutcomes(launcher: Outcome, docr: Outcome): string | undefined {
  const parts = ["ending", "stdout", "stderr"] as const;
  const differing = parts.filter((part) => withoutIds(launcher[part]) !== withoutIds(docr[part]));
  if (differing.length === 0) return undefined;
  return `${differing.join(", ")}: launcher ${summarize(launcher)}, docr ${summarize(docr)}`;
}

function summarize({ ending, stdout, stderr }: Outcome): string {
  return `${ending} ${JSON.stringify((stdout || stderr).slice(0, 60))}`;
}

async function ask(program: string, situation: Situation, site: Site, now: number): Promise<Outcome> {
  arrange(situation, site, now);
  if (situation.isLocked) await holdLock(lockFolder(situation, site), LOCKED_MS);
  const request = requestOf(situation, site);
  // docr by its own name answers wrong usage otherwise.
  const isDocr = basename(program) === "docr";
  return call(program, isDocr ? { ...request, args: [HELPER_FLAG, ...request.args] } : request);
}
