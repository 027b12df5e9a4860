import { rmSync } from "node:fs";
import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable, PROGRAMS } from "../support/lab/executable.ts";
import { explainMissing } from "../support/lab/parts.ts";
import { type Outcome, run } from "../support/lab/run.ts";
import { HOST } from "../support/requests.ts";
import { inSandbox, type Sandbox } from "./sandbox.ts";

/** A `get` by a shell that redirects stdout. */
const getTo = (sandbox: Sandbox, program: string, redirection: string): Promise<Outcome> =>
  run("sh", ["-c", `exec "$0" get ${redirection}`, program], { env: sandbox.env, stdin: HOST });

/** Removes the cached credential, so that the next `get` mints. */
const empty = ({ privateFolder }: Sandbox): void => rmSync(privateFolder, { recursive: true, force: true });

/**
 * Runs a `get` whose stdout is a full non-blocking pipe. Python, because neither Node nor a shell leaves such a pipe to a child.
 */
const FULL_PIPE = `
import os, subprocess, sys, time
reader, writer = os.pipe()
os.set_blocking(writer, False)
try:
    while True: os.write(writer, b"x" * 4096)
except BlockingIOError: pass
started = time.monotonic()
ended = subprocess.run([sys.argv[1], "get"], stdin=sys.stdin, stdout=writer, stderr=subprocess.PIPE)
print(ended.returncode, len(ended.stderr.splitlines()), time.monotonic() - started)
`;

describeUnless(
  explainNoExecutable() ?? explainMissing(["python3"]),
  "a response that cannot be written",
  () => {
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
        const expected = [1, "docr: could not write the whole response to stdout\n"];
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
            const { stdout } = await run("python3", ["-c", FULL_PIPE, program], {
              env: sandbox.env,
              stdin: HOST,
            });
            const [code, lines, seconds] = stdout.split(" ").map(Number);
            expect([state, code, lines]).toEqual([state, 1, 1]);
            expect(seconds).toBeLessThan(30);
          }
        })();
      },
    );

    it.concurrent(
      "of a command is a failure, too",
      inSandbox({}, async (sandbox) => {
        const [docr] = PROGRAMS;
        for (const words of ["status", "man", "--help", "config list --json"]) {
          const { code, stderr } = await run("sh", ["-c", `exec "$0" ${words} > /dev/full`, docr], {
            env: sandbox.env,
          });
          expect([words, code, stderr]).toEqual([
            words,
            1,
            "docr: could not write the whole response to stdout\n",
          ]);
        }
      }),
    );
  },
);
