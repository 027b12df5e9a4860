import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateX25519Identity } from "age-encryption";
import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoExecutable } from "../support/lab/executable.ts";
import { explainMissing, SYSTEM_PATH } from "../support/lab/parts.ts";
import { type Environment, runWell } from "../support/lab/run.ts";
import { CLEAN_FAILURE, lookAt } from "../support/failure.ts";
import { recordOperations, runUntil } from "./crash.ts";
import { namesIn, textOf } from "../support/private-folder.ts";
import { HOST, inWorld, loginTo, type World } from "./world.ts";

/** A machine without a keychain. */
const VAULT = { DOCR_STORE: "file" };

const vaultOf = (world: World): string => join(world.home, ".local", "share", "docr", "vault.age");
const identityOf = (world: World): string => join(world.home, ".config", "docr", "age-identity.txt");

const store = (world: World, server: string, env: Environment = {}) =>
  world.docr("store", { stdin: loginTo(server), env: { ...VAULT, ...env } });

/** The servers that are listed, our own host left out. */
async function servers(world: World, env: Environment = {}): Promise<readonly string[]> {
  const listed = await world.docr("list", { stdin: "unused", env: { ...VAULT, ...env } });
  expect(listed).toMatchObject({ code: 0, stderr: "" });
  return Object.keys(JSON.parse(listed.stdout)).filter((server) => server !== HOST);
}

async function secretFor(world: World, server: string, env: Environment = {}): Promise<unknown> {
  const outcome = await world.docr("get", { stdin: server, env: { ...VAULT, ...env } });
  return outcome.code === 0 ? JSON.parse(outcome.stdout).Secret : outcome.stdout;
}

describeUnless(explainNoExecutable(), "logins in an age vault, where there is no keychain", () => {
  it.concurrent(
    "are stored, answered, listed and erased",
    inWorld({}, async (world) => {
      expect(await store(world, "one.test")).toMatchObject({ code: 0, stdout: "", stderr: "" });
      expect(await store(world, "two.test")).toMatchObject({ code: 0 });
      expect(await secretFor(world, "one.test")).toBe("pw-of-one.test");
      expect(await servers(world)).toEqual(["one.test", "two.test"]);
      const erased = await world.docr("erase", { stdin: "one.test", env: VAULT });
      expect(erased).toMatchObject({ code: 0, stdout: "", stderr: "" });
      expect(await servers(world)).toEqual(["two.test"]);
      expect(await secretFor(world, "one.test")).toBe("credentials not found in native keychain\n");
    }),
  );

  it.concurrent(
    "an API token among them mints, and logging out forgets it",
    inWorld({}, async (world) => {
      const env = Object.fromEntries(
        Object.entries(world.env).filter(([name]) => name !== "DIGITALOCEAN_ACCESS_TOKEN"),
      );
      const run = (verb: string, stdin: string) => world.run([verb], { stdin, env: { ...env, ...VAULT } });
      expect(await run("store", loginTo(HOST, "me", world.token))).toMatchObject({ code: 0, stderr: "" });
      expect(world.idOf(await run("get", HOST))).toBe(1);
      expect(textOf(join(world.home, ".local", "share", "docr"))).not.toContain(world.token);
      expect(await run("erase", HOST)).toMatchObject({ code: 0, stderr: "" });
      expect(world.standIn.account.minted[0]?.revoked).toBe(true);
      expect((await run("get", HOST)).code).toBe(1);
    }),
  );

  it.concurrent(
    "are never there in plain text, and nobody else can read the vault or its identity",
    inWorld({}, async (world) => {
      await store(world, "one.test");
      const sealed = readFileSync(vaultOf(world), "latin1");
      expect(sealed.startsWith("age-encryption.org/v1\n")).toBe(true);
      expect(sealed).not.toMatch(/pw-of|one\.test/);
      for (const path of [vaultOf(world), identityOf(world)]) expect(statSync(path).mode & 0o777).toBe(0o600);
    }),
  );

  it.concurrent(
    "use the identity that DOCR_AGE_IDENTITY_FILE names, and make one there at the first use",
    inWorld({}, async (world) => {
      const identity = join(world.folder, "medium", "identity.txt");
      const env = { DOCR_AGE_IDENTITY_FILE: identity };
      expect((await store(world, "one.test", env)).code).toBe(0);
      expect(statSync(identity).mode & 0o777).toBe(0o600);
      expect(existsSync(identityOf(world))).toBe(false);
      expect(await servers(world, env)).toEqual(["one.test"]);
    }),
  );

  /** What is done to a vault with one login in it. */
  const DAMAGES: readonly {
    readonly title: string;
    readonly arrange: (world: World) => unknown;
    readonly says: RegExp;
  }[] = [
    {
      title: "another identity",
      arrange: async (world) => writeFileSync(identityOf(world), `${await generateX25519Identity()}\n`),
      says: /vault does not open with this age identity/,
    },
    {
      title: "an identity that is none",
      arrange: (world) => writeFileSync(identityOf(world), "hunter2\n"),
      says: /contains no X25519 identity/,
    },
    {
      title: "no identity",
      arrange: (world) => rmSync(identityOf(world)),
      says: /identity of the vault is missing/,
    },
    {
      title: "an identity that others can read",
      arrange: (world) => chmodSync(identityOf(world), 0o640),
      says: /other users can read the age identity/,
    },
    {
      title: "a byte that has changed",
      arrange: (world) => {
        const bytes = readFileSync(vaultOf(world));
        bytes.writeUInt8(bytes.readUInt8(bytes.length - 3) ^ 1, bytes.length - 3);
        writeFileSync(vaultOf(world), bytes);
      },
      says: /vault does not open/,
    },
    {
      title: "half of the vault",
      arrange: (world) => writeFileSync(vaultOf(world), readFileSync(vaultOf(world)).subarray(0, 120)),
      says: /vault does not open/,
    },
    {
      title: "an empty vault",
      arrange: (world) => writeFileSync(vaultOf(world), ""),
      says: /vault does not open/,
    },
  ];

  it.concurrent.each(DAMAGES)(
    "fail in one line and leave every byte where it was: $title",
    async ({ arrange, says }) => {
      await inWorld({}, async (world) => {
        await store(world, "one.test");
        await arrange(world);
        const before = readFileSync(vaultOf(world));
        const requests: readonly (readonly [verb: string, stdin: string])[] = [
          ["get", "one.test"],
          ["list", "unused"],
          ["store", loginTo("two.test")],
          ["erase", "one.test"],
        ];
        for (const [verb, stdin] of requests) {
          const outcome = await world.docr(verb, { stdin, env: VAULT });
          expect([verb, lookAt(outcome)]).toEqual([verb, CLEAN_FAILURE]);
          expect(outcome.stderr).toMatch(says);
          expect(outcome.stderr).not.toContain("hunter2");
        }
        expect(readFileSync(vaultOf(world)).equals(before)).toBe(true);
        // A token in the environment does not need it.
        expect((await world.get(VAULT)).code).toBe(0);
      })();
    },
  );

  it.concurrent(
    "twenty that are stored at once are all there",
    inWorld({}, async (world) => {
      const names = Array.from({ length: 20 }, (_, index) => `r${String(index).padStart(2, "0")}.test`);
      const outcomes = await Promise.all(names.map((name) => store(world, name)));
      expect(outcomes.map(({ code, stderr }) => `${code}${stderr}`)).toEqual(names.map(() => "0"));
      expect(await servers(world)).toEqual(names);
      expect(namesIn(join(world.home, ".local", "share", "docr"), "vault")).toEqual(["vault.age"]);
      expect(namesIn(join(world.home, ".config", "docr"))).toEqual(["age-identity.txt"]);
    }),
  );

  it.concurrent(
    "are chosen by the config file as well, and a choice that is none is an error",
    inWorld({}, async (world) => {
      mkdirSync(join(world.home, ".config", "docr"), { recursive: true });
      writeFileSync(join(world.home, ".config", "docr", "config.json"), '{"store":"file"}');
      expect((await world.docr("store", { stdin: loginTo("one.test") })).code).toBe(0);
      expect(await servers(world)).toEqual(["one.test"]);
      const outcome = await store(world, "two.test", { DOCR_STORE: "disk" });
      expect(lookAt(outcome)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(/DOCR_STORE must be one of auto, keychain, file, pass/);
    }),
  );

  it.concurrent(
    "need a home, and say so",
    inWorld({}, async (world) => {
      const { HOME: _home, ...env } = world.env;
      const outcome = await world.run(["store"], { stdin: loginTo("one.test"), env: { ...env, ...VAULT } });
      expect(lookAt(outcome)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(/DOCR_STORE=file requires HOME/);
    }),
  );
});

describeUnless(explainNoExecutable() ?? explainMissing(["age"]), "the age vault and age itself", () => {
  it(
    "age -d opens the vault with its identity, and an identity from age-keygen does as well",
    inWorld({}, async (world) => {
      const identity = join(world.folder, "key.txt");
      await runWell("age-keygen", ["-o", identity], { env: { PATH: SYSTEM_PATH } });
      for (const [path, env] of [
        [identityOf(world), {}],
        [identity, { DOCR_AGE_IDENTITY_FILE: identity }],
      ] as const) {
        rmSync(vaultOf(world), { force: true });
        expect((await store(world, "one.test", env)).code).toBe(0);
        const opened = await runWell("age", ["-d", "-i", path, vaultOf(world)], {
          env: { PATH: SYSTEM_PATH },
        });
        const kept: Record<string, string> = JSON.parse(opened.stdout);
        expect(Object.keys(kept)).toEqual(["login:one.test"]);
        expect(JSON.parse(kept["login:one.test"] ?? "")).toMatchObject({ secret: "pw-of-one.test" });
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
      inWorld({}, async (world) => {
        await store(world, "zero.test");
        const storing = (name: string) => ({
          args: [DOCR, "store"] as const,
          env: { ...world.env, ...VAULT },
          stdin: loginTo(name),
        });
        const operations = await recordOperations(
          storing("one.test"),
          [world.home, world.kept],
          world.folder,
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
          const now = new Set(await servers(world));
          // The one that was being stored may be there or not; whoever was there before is.
          if (now.has(server)) expected.add(server);
          expect([operation.shown, now]).toEqual([operation.shown, expected]);
        }
        expect(killed).toBeGreaterThan(operations.length / 2);
        expect((await store(world, "last.test")).code).toBe(0);
        expect(new Set(await servers(world))).toEqual(new Set([...expected, "last.test"]));
        expect(await secretFor(world, "zero.test")).toBe("pw-of-zero.test");
      }),
    );

    it.concurrent(
      "leaves an identity that opens the vault, or none, when it is the first store of all",
      inWorld({}, async (world) => {
        const storing = {
          args: [DOCR, "store"] as const,
          env: { ...world.env, ...VAULT },
          stdin: loginTo("one.test"),
        };
        const places = [world.home, world.kept];
        const operations = await recordOperations(storing, places, world.folder);
        expect(new Set(operations.map(({ name }) => name))).toContain("link");
        for (const operation of operations) {
          for (const place of places) rmSync(place, { recursive: true, force: true });
          await runUntil(storing, operation);
          const outcome = await store(world, "two.test");
          expect([operation.shown, outcome.code, outcome.stderr]).toEqual([operation.shown, 0, ""]);
          expect(await servers(world)).toContain("two.test");
        }
      }),
    );
  },
);
