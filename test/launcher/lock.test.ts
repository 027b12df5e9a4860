import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { start } from "../system/started.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoLauncher } from "../support/lab/executable.ts";
import { isRoot } from "../support/lab/parts.ts";
import type { Environment } from "../support/lab/run.ts";
import { waitUntil } from "../support/lab/service.ts";
import { type Bench, HOST, openBench } from "./launcher-bench.ts";
import { cachedResponse, responseNameFor } from "./cached-response.ts";
import { holdLock } from "./lock-holder.ts";
import { explainNoStub } from "./stub.ts";

/** What the launcher waits for another one, and what is certainly less, in milliseconds. */
const PATIENCE_MS = 2000;
const AT_ONCE_MS = 1000;
/** The stub's exit code where it leaves nothing. */
const LEFT_NOTHING = 7;

describeUnless(explainNoLauncher() ?? explainNoStub(), "launchers that come at once", () => {
  let bench: Bench;
  let run: string;
  beforeEach(() => {
    bench = openBench();
    run = join(bench.folder, "run");
  });
  afterEach(() => bench.close());

  /** A docr that notes its start, works for a while, and then does what the shell's lines say. */
  const putDocr = (seconds: number, ending: string): void => {
    const lines = ["#!/bin/sh", 'echo $$ >>"$0.starts"', `sleep ${seconds}`, ending];
    writeFileSync(bench.docr, `${lines.join("\n")}\n`, { mode: 0o755 });
  };
  const starts = (): readonly string[] => {
    const log = `${bench.docr}.starts`;
    return existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
  };
  /** Shell's lines that leave a finished answer for the environment, and give it. */
  const leaving = (env: Environment = bench.env, text = cachedResponse("finished")): string => {
    const source = join(bench.folder, "finished");
    writeFileSync(source, text);
    const path = join(bench.responses, responseNameFor(env));
    return [
      "umask 077",
      `mkdir -p '${bench.responses}'`,
      `cp '${source}' '${path}.new' && mv '${path}.new' '${path}'`,
      `tail -n 1 '${source}'`,
    ].join("\n");
  };
  const askMany = (count: number) =>
    Promise.all(Array.from({ length: count }, () => bench.ask(["get"], HOST)));
  /** Whether docr was started at once. */
  const isAtOnce = async (verb: string, input: string, env = bench.env): Promise<boolean> => {
    const { ending, ms } = await bench.ask([verb], input, env);
    return ending === LEFT_NOTHING && ms < AT_ONCE_MS;
  };
  const startLauncher = () => start(bench.launcher, ["get"], { env: bench.env, stdin: HOST });

  it("start docr once, and all give the answer that it leaves, also where there was no private folder yet", async () => {
    rmSync(bench.responses, { recursive: true });
    putDocr(0.5, leaving());
    const answers = await askMany(20);
    expect(new Set(answers.map(({ ending, stdout }) => `${ending} ${stdout}`))).toEqual(
      new Set([`0 ${bench.response}`]),
    );
    expect(starts()).toHaveLength(1);
  });

  it.each([
    ["nothing", () => `exit ${LEFT_NOTHING}`],
    [
      "no answer for this moment",
      () => `${leaving(bench.env, cachedResponse("late", { notBefore: 1, until: 2, uptimeFrom: 1, uptimeUntil: 2 }))}
exit ${LEFT_NOTHING}`,
    ],
    ["an answer to others", () => `${leaving({ ...bench.env, DOCR_TTL: "61" })}\nexit ${LEFT_NOTHING}`],
  ])("go on to docr, all at once, where the first one's leaves %s", async (_what, ending) => {
    putDocr(0.4, ending());
    const answers = await askMany(6);
    expect(answers.map((answer) => answer.ending)).toEqual(answers.map(() => LEFT_NOTHING));
    expect(starts()).toHaveLength(6);
    // The first one's time, and then one for all of them together.
    expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(800 + AT_ONCE_MS);
  });

  it.each(["launcher", "docr"])("go on at once where the first one's %s is killed", async (victim) => {
    putDocr(0, "exec sleep 30");
    const first = startLauncher();
    expect(await waitUntil(async () => starts().length === 1, 10)).toBe(true);
    const kill = (): boolean => process.kill(Number(starts()[0]), "SIGKILL");
    const waiting = [startLauncher(), startLauncher()];
    await sleep(300);
    expect(starts()).toHaveLength(1);
    putDocr(0, `exit ${LEFT_NOTHING}`);
    const killedAt = performance.now();
    if (victim === "launcher") first.signal("SIGKILL");
    else kill();
    const outcomes = await Promise.all(waiting.map(({ ended }) => ended));
    expect(performance.now() - killedAt).toBeLessThan(AT_ONCE_MS);
    expect(outcomes.map(({ code }) => code)).toEqual([LEFT_NOTHING, LEFT_NOTHING]);
    if (victim === "launcher") kill();
    await first.ended;
  });

  it("wait no longer than 2 s for one that does not end", async () => {
    putDocr(0, `exit ${LEFT_NOTHING}`);
    const release = await holdLock(run, 20_000);
    const { ending, ms } = await bench.ask(["get"], HOST);
    release();
    expect(ending).toBe(LEFT_NOTHING);
    expect(ms).toBeGreaterThan(PATIENCE_MS - 100);
    expect(ms).toBeLessThan(PATIENCE_MS + AT_ONCE_MS);
  });

  it("keep the turn from what docr starts and leaves behind", async () => {
    putDocr(0, `sleep 10 <&- >&- 2>&- &\nexit ${LEFT_NOTHING}`);
    for (let round = 0; round < 2; round += 1) {
      const { ending, ms } = await bench.ask(["get"], HOST);
      expect(ending).toBe(LEFT_NOTHING);
      expect(ms).toBeLessThan(AT_ONCE_MS);
    }
  });

  describe("wait for nobody", () => {
    let release: () => void;
    beforeEach(async () => {
      putDocr(0, `exit ${LEFT_NOTHING}`);
      release = await holdLock(run, 20_000);
    });
    afterEach(() => release());

    it("for another verb, another host and another spelling of ours", async () => {
      expect(await isAtOnce("store", "{}")).toBe(true);
      for (const input of ["ghcr.io", `https://${HOST}`, `${HOST}/acme`, ""])
        expect(await isAtOnce("get", input)).toBe(true);
    });

    it("where no answer can be left: a log, a cache of another kind, a config file that the launcher does not take", async () => {
      for (const name of ["DOCR_LOG", "DOCR_CACHE"])
        expect(await isAtOnce("get", HOST, { ...bench.env, [name]: "none" })).toBe(true);
      mkdirSync(join(bench.folder, "home/.config/docr"), { recursive: true });
      writeFileSync(join(bench.folder, "home/.config/docr/config.json"), '{"context":"ü"}');
      expect(await isAtOnce("get", HOST)).toBe(true);
    });

    it("in a runtime directory that is missing, or open to others", async () => {
      expect(
        await isAtOnce("get", HOST, { ...bench.env, XDG_RUNTIME_DIR: join(bench.folder, "missing") }),
      ).toBe(true);
      expect(await isAtOnce("get", HOST, { ...bench.env, XDG_RUNTIME_DIR: "run" })).toBe(true);
      chmodSync(run, 0o755);
      expect(await isAtOnce("get", HOST)).toBe(true);
    });

    it.skipIf(!isRoot())("in another user's runtime directory [needs root]", async () => {
      chownSync(run, 61_000, 61_000);
      expect(await isAtOnce("get", HOST)).toBe(true);
    });
  });
});
