import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startCommand } from "../system/running-command.ts";
import { describeUnless, itUnless } from "../support/lab/describe.ts";
import { explainNoLauncher } from "../support/lab/executable.ts";
import { explainNotRoot } from "../support/lab/parts.ts";
import type { Environment } from "../support/lab/run.ts";
import { waitUntil } from "../support/lab/service.ts";
import { type Bench, HOST, openBench } from "./launcher-bench.ts";
import { cachedResponse, responseNameFor } from "./cached-response.ts";
import { holdLock } from "./lock-holder.ts";
import { explainNoStub } from "./stub.ts";

/** How long a launcher waits for another one. */
const WAIT_MS = 2000;
/** Certainly less than that. */
const AT_ONCE_MS = 1000;
/** The exit code of a docr that stores no response. */
const NO_RESPONSE = 7;

describeUnless(
  explainNoLauncher() ?? explainNoStub(),
  "launchers that find no cached response at the same time",
  () => {
    let bench: Bench;
    let run: string;
    beforeEach(() => {
      bench = openBench();
      run = join(bench.folder, "run");
    });
    afterEach(() => bench.close());

    /** Writes a docr that logs its start, works for this long and then runs the shell script. */
    const putDocr = (seconds: number, ending: string): void => {
      const lines = ["#!/bin/sh", 'echo $$ >>"$0.starts"', `sleep ${seconds}`, ending];
      writeFileSync(bench.docr, `${lines.join("\n")}\n`, { mode: 0o755 });
    };
    const starts = (): readonly string[] => {
      const log = `${bench.docr}.starts`;
      return existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
    };
    /** A shell script that stores a cached response for the environment and prints its response. */
    const storing = (env: Environment = bench.env, text = cachedResponse("cached")): string => {
      const source = join(bench.folder, "cached");
      const response = join(bench.folder, "response");
      writeFileSync(source, text);
      writeFileSync(response, bench.response);
      const path = join(bench.responses, responseNameFor(env));
      return [
        "umask 077",
        `mkdir -p '${bench.responses}'`,
        `cp '${source}' '${path}.new' && mv '${path}.new' '${path}'`,
        `cat '${response}'`,
      ].join("\n");
    };
    const askMany = (count: number) =>
      Promise.all(Array.from({ length: count }, () => bench.ask(["get"], HOST)));
    /** Whether the launcher started docr without waiting. */
    const isAtOnce = async (action: string, input: string, env = bench.env): Promise<boolean> => {
      const { ending, ms } = await bench.ask([action], input, env);
      return ending === NO_RESPONSE && ms < AT_ONCE_MS;
    };
    const startLauncher = () => startCommand(bench.launcher, ["get"], { env: bench.env, stdin: HOST });

    it("start docr once and all print its response, even if the private folder did not exist", async () => {
      rmSync(bench.responses, { recursive: true });
      putDocr(0.5, storing());
      const answers = await askMany(20);
      expect(new Set(answers.map(({ ending, stdout }) => `${ending} ${stdout}`))).toEqual(
        new Set([`0 ${bench.response}`]),
      );
      expect(starts()).toHaveLength(1);
    });

    it("wait for the response to another spelling, and print it with their own", async () => {
      putDocr(1, storing());
      const first = startLauncher();
      expect(await waitUntil(async () => starts().length === 1, 10)).toBe(true);
      const spellings = [`https://${HOST}`, HOST.toUpperCase(), `${HOST}:443/v2/`];
      const answers = await Promise.all(spellings.map((input) => bench.ask(["get"], input)));
      expect(answers.map(({ stdout }) => stdout)).toEqual(
        spellings.map((spelling) => bench.response.replace(HOST, spelling)),
      );
      await first.ended;
      expect(starts()).toHaveLength(1);
    });

    it.each([
      ["nothing", () => `exit ${NO_RESPONSE}`],
      [
        "a response that is not valid now",
        () => `${storing(bench.env, cachedResponse("late", { notBefore: 1, until: 2, uptimeFrom: 1, uptimeUntil: 2 }))}
exit ${NO_RESPONSE}`,
      ],
      [
        "a response for another environment",
        () => `${storing({ ...bench.env, DOCR_TTL: "61" })}\nexit ${NO_RESPONSE}`,
      ],
    ])("all start docr at the same time if the first docr stores %s", async (_what, ending) => {
      putDocr(0.4, ending());
      const answers = await askMany(6);
      expect(answers.map((answer) => answer.ending)).toEqual(answers.map(() => NO_RESPONSE));
      expect(starts()).toHaveLength(6);
      // The first docr's time, and then one time for all the others.
      expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(800 + AT_ONCE_MS);
    });

    it.each(["SIGKILL", "SIGTERM"] as const)(
      "start docr immediately if %s ends the first",
      async (signal) => {
        putDocr(0, "exec sleep 30");
        const first = startLauncher();
        expect(await waitUntil(async () => starts().length === 1, 10)).toBe(true);
        // The same process: the launcher became docr.
        expect(Number(starts()[0])).toBe(first.pid);
        const waiting = [startLauncher(), startLauncher()];
        await sleep(300);
        expect(starts()).toHaveLength(1);
        putDocr(0, `exit ${NO_RESPONSE}`);
        const killedAt = performance.now();
        first.signal(signal);
        const outcomes = await Promise.all(waiting.map(({ ended }) => ended));
        expect(performance.now() - killedAt).toBeLessThan(AT_ONCE_MS);
        expect(outcomes.map(({ code }) => code)).toEqual([NO_RESPONSE, NO_RESPONSE]);
        await first.ended;
      },
    );

    it("wait at most 2 s for a launcher that does not end", async () => {
      putDocr(0, `exit ${NO_RESPONSE}`);
      const release = await holdLock(run, 20_000);
      const { ending, ms } = await bench.ask(["get"], HOST);
      release();
      expect(ending).toBe(NO_RESPONSE);
      expect(ms).toBeGreaterThan(WAIT_MS - 100);
      expect(ms).toBeLessThan(WAIT_MS + AT_ONCE_MS);
    });

    describe("do not wait", () => {
      let release: () => void;
      beforeEach(async () => {
        putDocr(0, `exit ${NO_RESPONSE}`);
        release = await holdLock(run, 20_000);
      });
      afterEach(() => release());

      it("for another action, another host and a spelling of the host that is not plain", async () => {
        expect(await isAtOnce("store", "{}")).toBe(true);
        for (const input of ["ghcr.io", `${HOST}.`, `${HOST}/Acme`, ""])
          expect(await isAtOnce("get", input)).toBe(true);
      });

      it("if docr stores no response: with a trace, another kind of cache, a config file that the launcher cannot read", async () => {
        for (const name of ["DOCR_LOG", "DOCR_CACHE"])
          expect(await isAtOnce("get", HOST, { ...bench.env, [name]: "none" })).toBe(true);
        mkdirSync(join(bench.folder, "home/.config/docr"), { recursive: true });
        writeFileSync(join(bench.folder, "home/.config/docr/config.json"), '{"context":"ü"}');
        expect(await isAtOnce("get", HOST)).toBe(true);
      });

      it("in a runtime directory that is missing or open to other users", async () => {
        expect(
          await isAtOnce("get", HOST, { ...bench.env, XDG_RUNTIME_DIR: join(bench.folder, "missing") }),
        ).toBe(true);
        expect(await isAtOnce("get", HOST, { ...bench.env, XDG_RUNTIME_DIR: "run" })).toBe(true);
        chmodSync(run, 0o755);
        expect(await isAtOnce("get", HOST)).toBe(true);
      });

      itUnless(explainNotRoot(), "in another user's runtime directory", async () => {
        chownSync(run, 61_000, 61_000);
        expect(await isAtOnce("get", HOST)).toBe(true);
      });
    });
  },
);
