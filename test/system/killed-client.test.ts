import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { createGate, createSlowProxy } from "../support/fakes/slow-proxy.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoLauncher, LAUNCHER } from "../support/lab/executable.ts";
import { SYSTEM_PATH } from "../support/lab/parts.ts";
import type { Environment } from "../support/lab/run.ts";
import { waitUntil } from "../support/lab/service.ts";
import { backdate } from "../support/private-folder.ts";
import { HOST, loginFor } from "../support/requests.ts";
import { type RunningCommand, startCommand } from "./running-command.ts";
import { inSandbox, type Sandbox } from "./sandbox.ts";

const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGKILL"] as const;
const CASES = SIGNALS.flatMap((signal) =>
  [["the launcher", LAUNCHER] as const, ["docr", DOCR] as const].map(
    ([name, program]) => [signal, name, program] as const,
  ),
);
/** With its name in the settings, a mint is the first call of the API. */
const REGISTRY = "acme";
/** For the kernel to end everything, also on a busy machine. */
const AFTER_MS = 1000;

/** The command lines of the processes with this home. */
function processesOf(home: string): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const variables = readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
        const command = readFileSync(`/proc/${pid}/cmdline`, "latin1");
        return command !== "" && variables.includes(`HOME=${home}`) ? [command.replaceAll("\0", " ")] : [];
      } catch {
        return [];
      }
    });
}

/** The writing end of a full pipe that nothing reads, and whose writes wait. */
function fullPipe(folder: string): number {
  const path = join(folder, "pipe");
  execFileSync("mkfifo", [path]);
  const both = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    for (;;) writeSync(both, Buffer.alloc(65_536));
  } catch {
    return openSync(path, constants.O_WRONLY);
  }
}

/** Kills the command. Returns what is left after a second. */
async function kill(command: RunningCommand, signal: NodeJS.Signals, home: string) {
  command.signal(signal);
  await sleep(AFTER_MS);
  const hasClosedPipes = await Promise.race([command.ended.then(() => true), sleep(0, false)]);
  const left = processesOf(home);
  const { signal: ending } = await command.ended;
  return { ending, hasClosedPipes, left };
}

const nothingLeft = (signal: NodeJS.Signals) => ({ ending: signal, hasClosedPipes: true, left: [] });

/** A sandbox whose API holds its responses back. */
function withStalledApi(
  body: (sandbox: Sandbox, env: Environment, stall: () => void) => Promise<void>,
): () => Promise<void> {
  return inSandbox({ registries: [REGISTRY] }, async (sandbox) => {
    const gate = createGate();
    let isStalled = false;
    const proxy = await createSlowProxy(sandbox.standIn.url, async () => isStalled && gate.opened);
    try {
      await body(
        sandbox,
        { ...sandbox.env, DIGITALOCEAN_API_URL: proxy.url, DOCR_REGISTRY: REGISTRY },
        () => (isStalled = true),
      );
    } finally {
      gate.open();
      await proxy.close();
    }
  });
}

describeUnless(explainNoLauncher(), "a second after the client's process is ended, nothing is left", () => {
  it.concurrent.each(CASES)("by %s: %s that mints", async (signal, _name, program) => {
    await withStalledApi(async (sandbox, env, stall) => {
      stall();
      const command = startCommand(program, ["get"], { env, stdin: HOST });
      const isMinting = await waitUntil(async () => sandbox.standIn.count("mint") === 1, 20);
      expect(isMinting).toBe(true);
      expect(await kill(command, signal, sandbox.home)).toEqual(nothingLeft(signal));
      expect(sandbox.standIn.count("mint")).toBe(1);
    })();
  });

  it.concurrent.each(CASES)(
    "by %s: %s with the response of a credential that it would refresh",
    async (signal, _name, program) => {
      await withStalledApi(async (sandbox, env, stall) => {
        await sandbox.get(env);
        backdate(sandbox.privateFolder, 31);
        stall();
        const pipe = fullPipe(sandbox.folder);
        const child = spawn(program, ["get"], { env, stdio: ["pipe", pipe, "ignore"] });
        const ended = once(child, "exit");
        child.stdin?.end(HOST);
        // The client does not read, so the response is not written, and nothing is refreshed yet.
        await sleep(1500);
        expect(processesOf(sandbox.home)).toHaveLength(1);
        child.kill(signal);
        expect(await ended).toEqual([null, signal]);
        await sleep(AFTER_MS);
        expect(processesOf(sandbox.home)).toEqual([]);
        expect(sandbox.standIn.count("mint")).toBe(1);
      })();
    },
  );

  const FALLBACK_CASES = CASES.flatMap(([signal, name, program]) =>
    (["get", "store"] as const).map((action) => [signal, name, action, program] as const),
  );
  it.concurrent.each(FALLBACK_CASES)(
    "by %s: %s whose fallback helper hangs in a %s",
    async (signal, _name, action, program) => {
      await inSandbox({}, async (sandbox) => {
        const bin = join(sandbox.folder, "bin");
        mkdirSync(bin);
        const started = join(sandbox.folder, "started");
        const helper = join(bin, "docker-credential-slow");
        writeFileSync(helper, `#!/bin/sh\necho >'${started}'\nexec sleep 60\n`);
        chmodSync(helper, 0o755);
        const env = { ...sandbox.env, PATH: `${bin}:${SYSTEM_PATH}`, DOCR_FALLBACK: "slow" };
        const stdin = action === "get" ? "ghcr.io" : loginFor("ghcr.io", "sammy", "stored");
        const command = startCommand(program, [action], { env, stdin });
        expect(await waitUntil(async () => existsSync(started), 20)).toBe(true);
        expect(await kill(command, signal, sandbox.home)).toEqual(nothingLeft(signal));
      })();
    },
  );
});
