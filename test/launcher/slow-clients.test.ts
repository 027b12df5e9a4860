/** Clients that make a program wait for its time limit. They run concurrently, because almost all of the time is waiting. */
import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoLauncher, LAUNCHER, NAMED_PROGRAMS } from "../support/lab/executable.ts";
import { call } from "./call.ts";
import { HOST, openBench } from "./launcher-bench.ts";

/** What a client sends, with a pause of 2 s after each part. Each takes longer than the launcher waits. */
const SLOW_WRITERS = {
  "sends nothing and keeps stdin open": ["", "", "", ""],
  "sends the host and keeps stdin open": [HOST, "", "", ""],
  "keeps sending a little at a time": ["registry.", "digital", "ocean", ".com", " "],
};

describeUnless(explainNoLauncher(), "a client that makes the program wait", () => {
  it.concurrent.each(Object.entries(SLOW_WRITERS))(
    "because it %s: the launcher fails with one line after 8 s",
    async (_what, parts) => {
      const sending = parts.map((part) => `printf '${part}'; sleep 2`).join("; ");
      const script = `{ ${sending}; sleep 4; } | { "$0" get; echo "ended with $?"; }`;
      const request = { args: ["-c", script, LAUNCHER], input: Buffer.from(""), env: {} };
      expect(await call("/bin/sh", request)).toMatchObject({
        stdout: "stdin was not closed within 8 s; close stdin after the request\nended with 1\n",
        stderr: "docr: stdin was not closed within 8 s; close stdin after the request\n",
      });
    },
  );

  it.concurrent.each(NAMED_PROGRAMS)(
    "because it never reads from a full pipe that does not block: %s fails with one line",
    async (_name, program) => {
      const bench = openBench();
      try {
        bench.cacheResponse();
        const unblock = `use Fcntl; fcntl(STDOUT, F_SETFL, O_NONBLOCK); exec @ARGV`;
        const script = `{ head -c 65536 /dev/zero; perl -e '${unblock}' "$0" get; echo $? >&2; } | sleep 12`;
        const request = { args: ["-c", script, program], input: Buffer.from(HOST), env: bench.env };
        expect((await call("/bin/sh", request)).stderr).toMatch(
          /^docr: could not write the whole response to stdout(?: \(EAGAIN\))?\n1\n$/,
        );
      } finally {
        bench.close();
      }
    },
  );
});
