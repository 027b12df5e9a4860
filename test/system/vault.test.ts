import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateX25519Identity } from "age-encryption";
import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoExecutable } from "../support/lab/executable.ts";
import { explainMissing, SYSTEM_PATH } from "../support/lab/parts.ts";
import { type Environment, runWell } from "../support/lab/run.ts";
import { CLEAN_FAILURE, summarizeFailure } from "../support/failure.ts";
import { recordOperations, runUntil } from "./crash.ts";
import { listFiles, readFiles } from "../support/private-folder.ts";
import { HOST, loginFor } from "../support/requests.ts";
import { inSandbox, type Sandbox } from "./sandbox.ts";

/** A machine without a keychain. */
const VAULT = { DOCR_STORE: "file" };

const vaultOf = (sandbox: Sandbox): string => join(sandbox.home, ".local", "share", "docr", "vault.age");
const identityOf = (sandbox: Sandbox): string => join(sandbox.home, ".config", "docr", "age-identity.txt");

const store = (sandbox: Sandbox, server: string, env: Environment = {}) =>
  sandbox.docr("store", { stdin: loginFor(server), env: { ...VAULT, ...env } });

/** The servers that are listed, our own host left out. */
async function servers(sandbox: Sandbox, env: Environment = {}): Promise<readonly string[]> {
  const listed = await sandbox.docr("list", { stdin: "unused", env: { ...VAULT, ...env } });
  expect(listed).toMatchObject({ code: 0, stderr: "" });
  return Object.keys(JSON.parse(listed.stdout)).filter((server) => server !== HOST);
}

async function secretFor(sandbox: Sandbox, server: string, env: Environment = {}): Promise<unknown> {
  const outcome = await sandbox.docr("get", { stdin: server, env: { ...VAULT, ...env } });
  return outcome.code === 0 ? JSON.parse(outcome.stdout).Secret : outcome.stdout;
}

describeUnless(explainNoExecutable(), "logins in an age vault, where there is no keychain", () => {
  it.concurrent(
    "are stored, answered, listed and erased",
    inSandbox({}, async (sandbox) => {
      expect(await store(sandbox, "one.test")).toMatchObject({ code: 0, stdout: "", stderr: "" });
      expect(await store(sandbox, "two.test")).toMatchObject({ code: 0 });
      expect(await secretFor(sandbox, "one.test")).toBe("password of one.test");
      expect(await servers(sandbox)).toEqual(["one.test", "two.test"]);
      const erased = await sandbox.docr("erase", { stdin: "one.test", env: VAULT });
      expect(erased).toMatchObject({ code: 0, stdout: "", stderr: "" });
      expect(await servers(sandbox)).toEqual(["two.test"]);
      expect(await secretFor(sandbox, "one.test")).toBe("credentials not found in native keychain\n");
    }),
  );

  it.concurrent(
    "an API token among them mints, and logging out forgets it",
    inSandbox({}, async (sandbox) => {
      const env = Object.fromEntries(
        Object.entries(sandbox.env).filter(([name]) => name !== "DIGITALOCEAN_ACCESS_TOKEN"),
      );
      const run = (verb: string, stdin: string) => sandbox.run([verb], { stdin, env: { ...env, ...VAULT } });
      expect(await run("store", loginFor(HOST, "me", sandbox.token))).toMatchObject({ code: 0, stderr: "" });
      expect(sandbox.idOf(await run("get", HOST))).toBe(1);
      expect(readFiles(join(sandbox.home, ".local", "share", "docr"))).not.toContain(sandbox.token);
      expect(await run("erase", HOST)).toMatchObject({ code: 0, stderr: "" });
      expect(sandbox.standIn.account.minted[0]?.revoked).toBe(true);
      expect((await run("get", HOST)).code).toBe(1);
    }),
  );

  it.concurrent(
    "are never there in plain text, and nobody else can read the vault or its identity",
    inSandbox({}, async (sandbox) => {
      await store(sandbox, "one.test");
      const sealed = readFileSync(vaultOf(sandbox), "latin1");
      expect(sealed.startsWith("age-encryption.org/v1\n")).toBe(true);
      expect(sealed).not.toMatch(/password of|one\.test/);
      for (const path of [vaultOf(sandbox), identityOf(sandbox)])
        expect(statSync(path).mode & 0o777).toBe(0o600);
    }),
  );

  it.concurrent(
    "use the identity that DOCR_AGE_IDENTITY_FILE names, and make one there at the first use",
    inSandbox({}, async (sandbox) => {
      const identity = join(sandbox.folder, "medium", "identity.txt");
      const env = { DOCR_AGE_IDENTITY_FILE: identity };
      expect((await store(sandbox, "one.test", env)).code).toBe(0);
      expect(statSync(identity).mode & 0o777).toBe(0o600);
      expect(existsSync(identityOf(sandbox))).toBe(false);
      expect(await servers(sandbox, env)).toEqual(["one.test"]);
    }),
  );

  /** What is done to a vault with one login in it. */
  const DAMAGES: readonly {
    readonly title: string;
    readonly arrange: (sandbox: Sandbox) => unknown;
    readonly says: RegExp;
  }[] = [
    {
      title: "another identity",
      arrange: async (sandbox) => writeFileSync(identityOf(sandbox), `${await generateX25519Identity()}\n`),
      says: /vault does not open with this age identity/,
    },
    {
      title: "an identity that is none",
      arrange: (sandbox) => writeFileSync(identityOf(sandbox), "hunter2\n"),
      says: /contains no X25519 identity/,
    },
    {
      title: "no identity",
      arrange: (sandbox) => rmSync(identityOf(sandbox)),
      says: /identity of the vault is missing/,
    },
    {
      title: "an identity that others can read",
      arrange: (sandbox) => chmodSync(identityOf(sandbox), 0o640),
      says: /other users can read the age identity/,
    },
    {
      title: "a byte that has changed",
      arrange: (sandbox) => {
        const bytes = readFileSync(vaultOf(sandbox));
        bytes.writeUInt8(bytes.readUInt8(bytes.length - 3) ^ 1, bytes.length - 3);
        writeFileSync(vaultOf(sandbox), bytes);
      },
      says: /vault does not open/,
    },
    {
      title: "half of the vault",
      arrange: (sandbox) => writeFileSync(vaultOf(sandbox), readFileSync(vaultOf(sandbox)).subarray(0, 120)),
      says: /vault does not open/,
    },
    {
      title: "an empty vault",
      arrange: (sandbox) => writeFileSync(vaultOf(sandbox), ""),
      says: /vault does not open/,
    },
  ];

  it.concurrent.each(DAMAGES)(
    "fail in one line and leave every byte where it was: $title",
    async ({ arrange, says }) => {
      await inSandbox({}, async (sandbox) => {
        await store(sandbox, "one.test");
        await arrange(sandbox);
        const before = readFileSync(vaultOf(sandbox));
        const requests: readonly (readonly [verb: string, stdin: string])[] = [
          ["get", "one.test"],
          ["list", "unused"],
          ["store", loginFor("two.test")],
          ["erase", "one.test"],
        ];
        for (const [verb, stdin] of requests) {
          const outcome = await sandbox.docr(verb, { stdin, env: VAULT });
          expect([verb, summarizeFailure(outcome)]).toEqual([verb, CLEAN_FAILURE]);
          expect(outcome.stderr).toMatch(says);
          expect(outcome.stderr).not.toContain("hunter2");
        }
        expect(readFileSync(vaultOf(sandbox)).equals(before)).toBe(true);
        // A token in the environment does not need it.
        expect((await sandbox.get(VAULT)).code).toBe(0);
      })();
    },
  );

  it.concurrent(
    "twenty that are stored at once are all there",
    inSandbox({}, async (sandbox) => {
      const names = Array.from({ length: 20 }, (_, index) => `r${String(index).padStart(2, "0")}.test`);
      const outcomes = await Promise.all(names.map((name) => store(sandbox, name)));
      expect(outcomes.map(({ code, stderr }) => `${code}${stderr}`)).toEqual(names.map(() => "0"));
      expect(await servers(sandbox)).toEqual(names);
      expect(listFiles(join(sandbox.home, ".local", "share", "docr"), "vault")).toEqual(["vault.age"]);
      expect(listFiles(join(sandbox.home, ".config", "docr"))).toEqual(["age-identity.txt"]);
    }),
  );

  it.concurrent(
    "are chosen by the config file as well, and a choice that is none is an error",
    inSandbox({}, async (sandbox) => {
      mkdirSync(join(sandbox.home, ".config", "docr"), { recursive: true });
      writeFileSync(join(sandbox.home, ".config", "docr", "config.json"), '{"store":"file"}');
      expect((await sandbox.docr("store", { stdin: loginFor("one.test") })).code).toBe(0);
      expect(await servers(sandbox)).toEqual(["one.test"]);
      const outcome = await store(sandbox, "two.test", { DOCR_STORE: "disk" });
      expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(/DOCR_STORE must be one of auto, keychain, file, pass/);
    }),
  );

  it.concurrent(
    "need a home, and say so",
    inSandbox({}, async (sandbox) => {
      const { HOME: _home, ...env } = sandbox.env;
      const outcome = await sandbox.run(["store"], {
        stdin: loginFor("one.test"),
        env: { ...env, ...VAULT },
      });
      expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(/DOCR_STORE=file requires HOME/);
    }),
  );
});

describeUnless(explainNoExecutable() ?? explainMissing(["age"]), "the age vault and age itself", () => {
  it(
    "age -d opens the vault with its identity, and an identity from age-keygen does as well",
    inSandbox({}, async (sandbox) => {
      const identity = join(sandbox.folder, "key.txt");
      await runWell("age-keygen", ["-o", identity], { env: { PATH: SYSTEM_PATH } });
      for (const [path, env] of [
        [identityOf(sandbox), {}],
        [identity, { DOCR_AGE_IDENTITY_FILE: identity }],
      ] as const) {
        rmSync(vaultOf(sandbox), { force: true });
        expect((await store(sandbox, "one.test", env)).code).toBe(0);
        const opened = await runWell("age", ["-d", "-i", path, vaultOf(sandbox)], {
          env: { PATH: SYSTEM_PATH },
        });
        const kept: Record<string, string> = JSON.parse(opened.stdout);
        expect(Object.keys(kept)).toEqual(["login:one.test"]);
        expect(JSON.parse(kept["login:one.test"] ?? "")).toMatchObject({ secret: "password of one.test" });
      }
    }),
  );
});

describeUnless(
  explainNoExecutable() ?? explainMissing(["strace"]),
  "SIGKILL at each file operation of a store",
  () => {
    it.concurrent(
      "leaves the vault from before or the one from after, and the next store works",
      inSandbox({}, async (sandbox) => {
        await store(sandbox, "zero.test");
        const storing = (name: string) => ({
          args: [DOCR, "store"] as const,
          env: { ...sandbox.env, ...VAULT },
          stdin: loginFor(name),
        });
        const operations = await recordOperations(
          storing("one.test"),
          [sandbox.home, sandbox.privateFolder],
          sandbox.folder,
        );
        const names = new Set(operations.map(({ name }) => name));
        for (const name of ["openat", "write", "fsync", "rename"]) expect(names).toContain(name);

        const expected = new Set(["one.test", "zero.test"]);
        let killed = 0;
        for (const [index, operation] of operations.entries()) {
          const server = `k${index}.test`;
          const { signal, stderr } = await runUntil(storing(server), operation);
          expect(stderr).toBe("");
          if (signal === "SIGKILL") killed += 1;
          else expected.add(server);
          const now = new Set(await servers(sandbox));
          // The one that was being stored may be there or not; whoever was there before is.
          if (now.has(server)) expected.add(server);
          expect([operation.text, now]).toEqual([operation.text, expected]);
        }
        expect(killed).toBeGreaterThan(operations.length / 2);
        expect((await store(sandbox, "last.test")).code).toBe(0);
        expect(new Set(await servers(sandbox))).toEqual(new Set([...expected, "last.test"]));
        expect(await secretFor(sandbox, "zero.test")).toBe("password of zero.test");
      }),
    );

    it.concurrent(
      "leaves an identity that opens the vault, or none, when it is the first store of all",
      inSandbox({}, async (sandbox) => {
        const storing = {
          args: [DOCR, "store"] as const,
          env: { ...sandbox.env, ...VAULT },
          stdin: loginFor("one.test"),
        };
        const places = [sandbox.home, sandbox.privateFolder];
        const operations = await recordOperations(storing, places, sandbox.folder);
        expect(new Set(operations.map(({ name }) => name))).toContain("link");
        for (const operation of operations) {
          for (const place of places) rmSync(place, { recursive: true, force: true });
          await runUntil(storing, operation);
          const outcome = await store(sandbox, "two.test");
          expect([operation.text, outcome.code, outcome.stderr]).toEqual([operation.text, 0, ""]);
          expect(await servers(sandbox)).toContain("two.test");
        }
      }),
    );
  },
);
