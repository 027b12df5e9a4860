import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoLauncher } from "../support/lab/executable.ts";
import { explainMissing } from "../support/lab/parts.ts";
import { HOST, loginFor } from "../support/requests.ts";
import { asOrdinaryUser, explainNoOrdinaryUser } from "./ordinary-user.ts";
import { inSandbox } from "./sandbox.ts";

const REQUESTS = [
  ["list", ""],
  ["get", HOST],
  ["get", "ghcr.io"],
  ["store", loginFor("one.test")],
  ["erase", "one.test"],
] as const;

/** The limit counts all processes of a user, so that each test has a user of its own. */
const FIRST_UID = 4720;

// With 2, Node's start waits forever for its second thread.
const LIMITS = [1, 2, 3, 5];

describeUnless(
  explainNoLauncher() ?? explainNoOrdinaryUser() ?? explainMissing(["prlimit"]),
  "a request under a process limit that leaves no thread",
  () => {
    it.concurrent.each(REQUESTS.map(([action, stdin], index) => ({ action, stdin, uid: FIRST_UID + index })))(
      "ends within 30 s: $action $stdin",
      async ({ action, stdin, uid }) => {
        await asOrdinaryUser({ uid }, async (sandbox) => {
          for (const limit of LIMITS) {
            const before = ["prlimit", `--nproc=${limit}:${limit}`];
            const outcome = await sandbox.call("docker-credential-docr", [action], { stdin, before });
            expect(outcome.ms).toBeLessThan(33_000);
          }
        })();
      },
    );
  },
);

describeUnless(explainNoLauncher(), "a fallback helper", () => {
  it.concurrent(
    "may take longer than docr's own time limit, also if docr starts it",
    inSandbox({}, async (sandbox) => {
      const folder = join(sandbox.folder, "bin");
      mkdirSync(folder);
      const script = '#!/bin/sh\nsleep 32\necho \'{"ServerURL":"a.test","Username":"u","Secret":"s"}\'\n';
      writeFileSync(join(folder, "docker-credential-slow"), script, { mode: 0o755 });
      const env = { ...sandbox.env, PATH: `${folder}:/usr/bin:/bin`, DOCR_FALLBACK: "slow" };
      const outcomes = await Promise.all(
        // The second spelling is not plain, so docr itself starts the helper.
        ["a.test", "https://A.test/%41"].map((stdin) => sandbox.run(["get"], { stdin, env })),
      );
      for (const outcome of outcomes) {
        expect(outcome).toMatchObject({ code: 0, stderr: "" });
        expect(outcome.stdout).toMatch(/"Secret":"s"/);
      }
    }),
  );
});
