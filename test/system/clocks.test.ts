import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createGate, createSlowProxy } from "../support/fakes/slow-proxy.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoExecutable, LAUNCHER } from "../support/lab/executable.ts";
import { explainNoMounts, openMounts } from "../support/lab/mounts.ts";
import { explainRefusal } from "../support/lab/parts.ts";
import { type Outcome, run } from "../support/lab/run.ts";
import { waitUntil } from "../support/lab/service.ts";
import { backdate, listFiles } from "../support/private-folder.ts";
import { HOST } from "../support/requests.ts";
import { at, explainNoFakeTime } from "./fake-time.ts";
import { inSandbox } from "./sandbox.ts";

describeUnless(explainNoExecutable(), "a refresh by the executables", () => {
  it(
    "runs in the background: the client waits neither for its end nor for its output",
    inSandbox({}, async (sandbox) => {
      const gate = createGate();
      let isShut = false;
      const proxy = await createSlowProxy(sandbox.standIn.url, async () => isShut && gate.opened);
      const env = { DIGITALOCEAN_API_URL: proxy.url };
      await sandbox.get(env);
      backdate(sandbox.privateFolder, 31);
      isShut = true;
      // A client waits until the last process that holds its pipes has ended.
      const outcome = await sandbox.get(env);
      expect(outcome).toMatchObject({ code: 0, stderr: "" });
      expect(sandbox.idOf(outcome)).toBe(1);
      expect(await waitUntil(async () => sandbox.standIn.account.minted.length === 2, 10)).toBe(true);
      // The next client does not wait either.
      expect(sandbox.idOf(await sandbox.get(env))).toBe(1);
      gate.open();
      const isRefreshed = async (): Promise<boolean> => sandbox.idOf(await sandbox.get(env)) === 2;
      expect(await waitUntil(isRefreshed, 10)).toBe(true);
      expect(sandbox.standIn.count("mint")).toBe(2);
      await proxy.close();
    }),
  );
});

const MINUTE_MS = 60_000;
/** How long the machine has been running longer for the launcher than in truth. A new machine has no response of an hour ago. */
const STARTED_EARLIER_S = 24 * 60 * 60;
/** Runs a command in such a time namespace. */
const IN_OLD_MACHINE = ["unshare", "--time", "--boottime", String(STARTED_EARLIER_S), "--"];

/**
 * Makes the cached responses as old as that, in minutes, by the clocks that the launcher reads. There is one for the host alone and one
 * for the registry.
 */
function ageResponses(
  folder: string,
  { uptime, wall }: { readonly uptime: number; readonly wall: number },
): void {
  const seconds = Number.parseFloat(readFileSync("/proc/uptime", "latin1")) + STARTED_EARLIER_S;
  const from = Math.round(seconds * 1000) - uptime * MINUTE_MS;
  for (const name of listFiles(folder, "warm-")) {
    const path = join(folder, name);
    const [header = "", response = ""] = readFileSync(path, "utf8").split("\n");
    const [magic = "", ...times] = header.split(" ");
    const [notBefore = 0, until = 0] = times.map(Number);
    const moved = [notBefore - wall * MINUTE_MS, until - wall * MINUTE_MS, from, from + until - notBefore];
    writeFileSync(path, `${[magic, ...moved].join(" ")}\n${response}\n`, { mode: 0o600 });
  }
}

/** Minutes since the mint by the uptime and by the wall clock, and the number of the credential that docr returns. */
const CLOCKS = [
  ["agree", 20, 20, 1],
  ["differ because the user set the wall clock back by 10 minutes", 30, 20, 2],
  ["differ because the user set the wall clock back by an hour", 61, 1, 2],
  ["differ because the uptime does not count a sleep", 5, 61, 2],
  ["agree over a restart of the machine", -200, 20, 1],
] as const;

describeUnless(
  explainNoExecutable() ??
    explainNoFakeTime() ??
    explainNoMounts() ??
    explainRefusal("time namespaces", "unshare", [...IN_OLD_MACHINE.slice(1), "true"]),
  "the executables with an uptime and a wall clock",
  () => {
    const cases = CLOCKS.flatMap(([title, ...clocks]) => [
      [title, "docr", ...clocks, DOCR] as const,
      [title, "the launcher", ...clocks, LAUNCHER] as const,
    ]);
    it.concurrent.each(cases)(
      "that %s: %s returns the right credential",
      async (_title, _name, uptime, wall, answered, program) => {
        await inSandbox({}, async (sandbox) => {
          const path = join(sandbox.folder, "uptime");
          // /proc/uptime for the executable: seconds, and the idle time of all processors.
          const setUptime = (minutes: number): void => writeFileSync(path, `${minutes * 60}.00 1.00\n`);
          setUptime(300);
          const mounts = await openMounts(`mount --bind ${path} /proc/uptime`);
          const get = (offset: string): Promise<Outcome> => {
            const clock = Object.entries(at(offset)).map(([name, value]) => `${name}=${value}`);
            const inside = program === LAUNCHER ? [...IN_OLD_MACHINE, "env"] : ["env"];
            const [command, ...args] = mounts.wrap([...inside, ...clock, program, "get"]);
            return run(command, args, { env: sandbox.env, stdin: HOST });
          };
          try {
            expect(sandbox.idOf(await get("+0"))).toBe(1);
            setUptime(300 + uptime);
            // The launcher is static and reads the kernel's clocks, so for it the response gets older instead.
            if (program === LAUNCHER) ageResponses(sandbox.privateFolder, { uptime, wall });
            const outcome = await get(`+${wall}m`);
            expect(outcome.code).toBe(0);
            expect(sandbox.idOf(outcome)).toBe(answered);
          } finally {
            await mounts.close();
          }
        })();
      },
    );
  },
);
