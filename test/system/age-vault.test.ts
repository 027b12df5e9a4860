import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { onMachine, type TestMachine } from "../support/fakes/test-machine.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoExecutable } from "../support/lab/executable.ts";
import { explainMissing, SYSTEM_PATH } from "../support/lab/parts.ts";
import { runWell } from "../support/lab/run.ts";
import { HOST, loginFor } from "../support/requests.ts";
import { inSandbox } from "./sandbox.ts";
import { type Command, recordOperations, runUntil } from "./strace.ts";

const VAULT = { DOCR_STORE: "file" };
const dataFolder = (home: string): string => join(home, ".local", "share", "docr");
const configFolder = (home: string): string => join(home, ".config", "docr");

const withoutRegistry = (stdout: string): readonly string[] =>
  Object.keys(JSON.parse(stdout)).filter((server) => server !== HOST);

describeUnless(explainNoExecutable() ?? explainMissing(["age"]), "age itself", () => {
  it(
    "opens the vault with docr's identity, and docr uses an identity from age-keygen",
    inSandbox({}, async (sandbox) => {
      const vault = join(dataFolder(sandbox.home), "vault.age");
      const identity = join(sandbox.folder, "key.txt");
      await runWell("age-keygen", ["-o", identity], { env: { PATH: SYSTEM_PATH } });
      for (const [path, env] of [
        [join(configFolder(sandbox.home), "age-identity.txt"), VAULT],
        [identity, { ...VAULT, DOCR_AGE_IDENTITY_FILE: identity }],
      ] as const) {
        rmSync(vault, { force: true });
        expect((await sandbox.docr("store", { stdin: loginFor("one.test"), env })).code).toBe(0);
        const opened = await runWell("age", ["-d", "-i", path, vault], { env: { PATH: SYSTEM_PATH } });
        const items: Record<string, string> = JSON.parse(opened.stdout);
        expect(Object.keys(items)).toEqual(["login:one.test"]);
        expect(JSON.parse(items["login:one.test"] ?? "")).toMatchObject({ secret: "password of one.test" });
      }
    }),
  );
});

/** The executable is killed. What it left is read in process. */
const storeBy = ({ env }: TestMachine, server: string): Command => ({
  args: [DOCR, "store"],
  env: { ...env, ...VAULT, PATH: SYSTEM_PATH },
  stdin: loginFor(server),
});

const store = ({ docr }: TestMachine, server: string) =>
  docr("store", { stdin: loginFor(server), env: VAULT });
const listServers = async ({ docr }: TestMachine): Promise<readonly string[]> =>
  withoutRegistry((await docr("list", { env: VAULT })).stdout);

describeUnless(
  explainNoExecutable() ?? explainMissing(["strace"]),
  "a store that SIGKILL ends at any of its file operations",
  () => {
    it.concurrent(
      "leaves the vault from before or from after, and the next store works",
      onMachine(async (machine) => {
        await store(machine, "zero.test");
        const places = [machine.home, machine.privateFolder];
        const operations = await recordOperations(storeBy(machine, "one.test"), places, machine.folder);
        const names = new Set(operations.map(({ name }) => name));
        for (const name of ["openat", "write", "fsync", "rename"]) expect(names).toContain(name);

        const expected = new Set(["one.test", "zero.test"]);
        let killed = 0;
        for (const [index, operation] of operations.entries()) {
          const server = `k${index}.test`;
          const { signal, stderr } = await runUntil(storeBy(machine, server), operation);
          expect(stderr).toBe("");
          if (signal === "SIGKILL") killed += 1;
          else expected.add(server);
          const listed = new Set(await listServers(machine));
          // The login of the killed process may be there or not. Every earlier login is.
          if (listed.has(server)) expected.add(server);
          expect([operation.text, listed]).toEqual([operation.text, expected]);
        }
        expect(killed).toBeGreaterThan(operations.length / 2);
        expect((await store(machine, "last.test")).code).toBe(0);
        expect(new Set(await listServers(machine))).toEqual(new Set([...expected, "last.test"]));
        const { stdout } = await machine.docr("get", { stdin: "zero.test", env: VAULT });
        expect(JSON.parse(stdout).Secret).toBe("password of zero.test");
      }),
    );

    it.concurrent(
      "leaves an identity that opens the vault, or none, if it was the first store",
      onMachine(async (machine) => {
        const storing = storeBy(machine, "one.test");
        const places = [machine.home, machine.privateFolder];
        const operations = await recordOperations(storing, places, machine.folder);
        expect(new Set(operations.map(({ name }) => name))).toContain("link");
        for (const operation of operations) {
          for (const place of places) rmSync(place, { recursive: true, force: true });
          await runUntil(storing, operation);
          const outcome = await store(machine, "two.test");
          expect([operation.text, outcome.code, outcome.stderr]).toEqual([operation.text, 0, ""]);
          expect(await listServers(machine)).toContain("two.test");
        }
      }),
    );
  },
);
