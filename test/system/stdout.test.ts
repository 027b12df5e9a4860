import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable, PROGRAMS } from "../support/lab/executable.ts";
import { type Outcome, run } from "../support/lab/run.ts";
import { HOST } from "../support/requests.ts";
import { inSandbox, type Sandbox } from "./sandbox.ts";

/** A `get` by a shell that redirects stdout. */
const getTo = (sandbox: Sandbox, program: string, redirection: string): Promise<Outcome> =>
  run("sh", ["-c", `exec "$0" get ${redirection}`, program], { env: sandbox.env, stdin: HOST });

const LOST = "docr: could not write the whole response to stdout\n";

/** Removes the cached credential, so that the next `get` mints. */
const empty = ({ privateFolder }: Sandbox): void => rmSync(privateFolder, { recursive: true, force: true });

/** Runs a `get` whose stdout is a full non-blocking pipe. */
async function getToFullPipe({ folder, env }: Sandbox, program: string): Promise<Outcome> {
  const path = join(folder, `pipe-${process.hrtime.bigint()}`);
  execFileSync("mkfifo", [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  writeSync(writer, "x".repeat(65_536));
  try {
    // Node makes a child's stdout blocking, but not its other descriptors.
    return await run("sh", ["-c", 'exec "$0" get >&3 3>&-', program], { env, stdin: HOST, more: [writer] });
  } finally {
    closeSync(reader);
    closeSync(writer);
  }
}

describeUnless(explainNoExecutable(), "a response that cannot be written", () => {
  it.concurrent(
    "is a failure with one line on stderr, whether it was minted or cached, by both programs alike",
    inSandbox({}, async (sandbox) => {
      const endings = [];
      for (const program of PROGRAMS) {
        for (const state of ["cold", "warm"]) {
          if (state === "cold") empty(sandbox);
          const { code, stderr } = await getTo(sandbox, program, "> /dev/full");
          endings.push([code, stderr]);
        }
      }
      const expected = [1, LOST];
      expect(endings).toEqual([expected, expected, expected, expected]);
    }),
  );

  it.concurrent(
    "goes nowhere if stdout is closed, whether it was minted or cached, by both programs alike",
    inSandbox({}, async (sandbox) => {
      for (const program of PROGRAMS) {
        for (const state of ["cold", "warm"]) {
          if (state === "cold") empty(sandbox);
          const { code, stderr } = await getTo(sandbox, program, ">&-");
          expect([code, stderr]).toEqual([0, ""]);
        }
      }
    }),
  );

  it.concurrent.each(PROGRAMS)(
    "ends within 30 s if stdout is full and has no reader: %s",
    async (program) => {
      await inSandbox({}, async (sandbox) => {
        for (const state of ["cold", "warm"]) {
          if (state === "cold") empty(sandbox);
          const { code, stderr, ms } = await getToFullPipe(sandbox, program);
          expect([state, code, stderr]).toEqual([state, 1, LOST]);
          expect(ms).toBeLessThan(30_000);
        }
      })();
    },
  );

  it.concurrent(
    "of a command is a failure, too",
    inSandbox({}, async (sandbox) => {
      const [docr] = PROGRAMS;
      for (const words of ["status", "man", "--help"]) {
        const { code, stderr } = await run("sh", ["-c", `exec "$0" ${words} > /dev/full`, docr], {
          env: sandbox.env,
        });
        expect([words, code, stderr]).toEqual([words, 1, LOST]);
      }
    }),
  );
});
