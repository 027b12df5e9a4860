import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable, PATH_WITH_DOCR } from "../support/lab/executable.ts";
import { explainMissing, KEYRING } from "../support/lab/parts.ts";
import { createPasswordStore } from "../support/lab/password-store.ts";
import { type Environment, type Outcome, run } from "../support/lab/run.ts";
import { CLEAN_FAILURE, summarizeFailure } from "../support/failure.ts";
import { listFiles } from "../support/private-folder.ts";
import { HOST, loginFor } from "../support/requests.ts";
import { inSandbox, type Sandbox } from "./sandbox.ts";

/** What a client sees of a response, byte for byte. */
const outputOf = ({ code, stdout, stderr }: Outcome) => ({ code, stdout, stderr });

/** Requests for other registries, valid and invalid. Later ones depend on earlier ones. */
const REQUESTS: readonly (readonly [verb: string, stdin: string])[] = [
  ["get", "missing.test"],
  ["store", loginFor("one.test")],
  ["store", loginFor("https://two.test/v1/", "us er", 'p"w<&>ä€')],
  ["store", loginFor("one.test", "sammy", "pw2")],
  ["get", "one.test"],
  ["get", "one.test\n"],
  ["get", "https://two.test/v1/"],
  ["get", "https://index.docker.io/v1/"],
  ["list", "unused"],
  ["erase", "one.test"],
  ["get", "one.test"],
  ["list", "unused"],
  ["erase", "https://two.test/v1/"],
  ["list", "unused"],
];

/** Compares a list as an object: each helper has its own order. */
function comparable(verb: string, outcome: Outcome): unknown {
  const { stdout, ...rest } = outputOf(outcome);
  const names = verb === "list" ? JSON.parse(stdout) : stdout;
  return [verb, names, rest];
}

interface Pair {
  readonly direct: readonly unknown[];
  readonly through: readonly unknown[];
}

/** The fallback helper's own responses, and those that come through docr, from two stores with the same history. */
async function ask(
  name: string,
  docrEnv: Environment,
  helperEnv: Environment,
  sandbox: Sandbox,
): Promise<Pair> {
  const direct: unknown[] = [];
  const through: unknown[] = [];
  for (const [verb, stdin] of REQUESTS) {
    const there = await run(`docker-credential-${name}`, [verb], { stdin, env: helperEnv });
    const here = await sandbox.run([verb], { stdin, env: { ...docrEnv, DOCR_FALLBACK: name } });
    direct.push(comparable(verb, there));
    through.push(comparable(verb, here));
  }
  return { direct, through };
}

const withoutToken = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).filter(([name]) => name !== "DIGITALOCEAN_ACCESS_TOKEN"));

describeUnless(
  explainNoExecutable() ?? explainMissing(["pass", "gpg", "docker-credential-pass"]),
  "with docker-credential-pass as docr's fallback helper",
  () => {
    it.concurrent(
      "every response for another registry is the helper's own, byte for byte",
      inSandbox({}, async (sandbox) => {
        const [a, b] = await Promise.all([
          createPasswordStore(join(sandbox.folder, "a")),
          createPasswordStore(join(sandbox.folder, "b")),
        ]);
        try {
          const env = { ...withoutToken(sandbox.env), ...a.env };
          const { direct, through } = await ask("pass", env, b.env, sandbox);
          expect(through).toEqual(direct);
        } finally {
          await Promise.all([a.stop(), b.stop()]);
        }
      }),
    );
  },
);

describeUnless(
  explainNoExecutable() ?? explainMissing([...KEYRING, "docker-credential-secretservice"]),
  "with docker-credential-secretservice as docr's fallback helper",
  () => {
    it.concurrent(
      "every response for another registry is the helper's own, byte for byte",
      inSandbox({ keyring: true }, async (sandbox) => {
        await inSandbox({ keyring: true }, async ({ env }) => {
          const { direct, through } = await ask("secretservice", sandbox.env, env, sandbox);
          expect(through).toEqual(direct);
        })();
      }),
    );

    it.concurrent(
      "docr mints for DigitalOcean's registry and lists it with the helper's registries; the helper never learns of it",
      inSandbox({ keyring: true }, async (sandbox) => {
        const env = { DOCR_FALLBACK: "secretservice" };
        await sandbox.docr("store", { stdin: loginFor("one.test"), env });
        await sandbox.docr("store", { stdin: loginFor(HOST, "me", sandbox.token), env });
        expect(sandbox.idOf(await sandbox.get(env))).toBe(1);
        const listed = await sandbox.docr("list", { stdin: "unused", env });
        expect(listed).toMatchObject({ code: 0, stderr: "" });
        expect(JSON.parse(listed.stdout)).toEqual({ "one.test": "sammy", [HOST]: "docr" });
        const direct = await run("docker-credential-secretservice", ["list"], {
          stdin: "",
          env: sandbox.env,
        });
        expect(JSON.parse(direct.stdout)).toEqual({ "one.test": "sammy" });
        expect(await sandbox.docr("erase", { stdin: HOST, env })).toMatchObject({ code: 0, stderr: "" });
        expect(JSON.parse((await sandbox.docr("list", { env })).stdout)).toEqual({ "one.test": "sammy" });
      }),
    );

    it.concurrent(
      "the config file may name the helper, and the environment overrides it",
      inSandbox({ keyring: true }, async (sandbox) => {
        mkdirSync(join(sandbox.home, ".config", "docr"), { recursive: true });
        writeFileSync(join(sandbox.home, ".config", "docr", "config.json"), '{"fallback":"secretservice"}');
        await sandbox.docr("store", { stdin: loginFor("one.test") });
        const direct = await run("docker-credential-secretservice", ["get"], {
          stdin: "one.test",
          env: sandbox.env,
        });
        expect(direct.code).toBe(0);
        expect(outputOf(await sandbox.docr("get", { stdin: "one.test" }))).toEqual(outputOf(direct));
        const other = await sandbox.docr("get", { stdin: "one.test", env: { DOCR_FALLBACK: "missing" } });
        expect(other.stderr).toMatch(/docr cannot run the fallback helper docker-credential-missing/);
      }),
    );
  },
);

/** A helper that records its requests and runs the script. */
function writeHelper(sandbox: Sandbox, name: string, script: string): Environment {
  const bin = join(sandbox.folder, "bin");
  mkdirSync(bin, { recursive: true });
  const path = join(bin, `docker-credential-${name}`);
  const log = join(sandbox.folder, `${name}.log`);
  writeFileSync(path, `#!/bin/sh\n{ echo "$1"; cat; echo; } >> ${log}\n${script}\n`);
  chmodSync(path, 0o755);
  return { PATH: `${bin}:${PATH_WITH_DOCR}`, DOCR_FALLBACK: name };
}

describeUnless(explainNoExecutable(), "with a fallback helper", () => {
  it.concurrent.each([
    ["get", "one.test", 0],
    ["get", "one.test", 1],
    ["get", "one.test", 7],
    ["store", loginFor("one.test"), 1],
    ["erase", "one.test", 42],
  ])("docr passes on its stdout, stderr and exit code unchanged: %s", async (verb, stdin, exitCode) => {
    await inSandbox({}, async (sandbox) => {
      const script = `printf 'out\\377 no line break'; printf 'two\\nlines\\n' >&2; exit ${exitCode}`;
      const env = writeHelper(sandbox, "odd", script);
      const direct = await run("docker-credential-odd", [verb], { stdin, env: { PATH: env["PATH"] ?? "" } });
      expect(direct).toMatchObject({ code: exitCode, stderr: "two\nlines\n" });
      expect(outputOf(await sandbox.docr(verb, { stdin, env }))).toEqual(outputOf(direct));
      // The helper reads what docr read, byte for byte.
      const sent = readFileSync(join(sandbox.folder, "odd.log"), "utf8");
      expect(sent).toBe(`${verb}\n${stdin}\n`.repeat(2));
    })();
  });

  it.concurrent(
    "docr returns a login from its own store if the helper does not have it",
    inSandbox({}, async (sandbox) => {
      const none = "echo 'credentials not found in native keychain'; exit 1";
      const store = { DOCR_STORE: "file" };
      const env = { ...writeHelper(sandbox, "odd", none), ...store };
      const get = () => sandbox.docr("get", { stdin: "one.test", env });
      // docr notes for the launcher that it can run the fallback helper directly.
      expect(await get()).toMatchObject({ code: 1, stderr: "" });
      expect(listFiles(sandbox.privateFolder, "other-")).toHaveLength(1);
      expect(await sandbox.docr("store", { stdin: loginFor("one.test"), env: store })).toMatchObject({
        code: 0,
      });
      expect(listFiles(sandbox.privateFolder, "other-")).toEqual([]);
      for (let time = 1; time <= 2; time += 1) {
        expect(JSON.parse((await get()).stdout)).toEqual(JSON.parse(loginFor("one.test")));
      }
      expect(JSON.parse((await sandbox.docr("list", { env: store })).stdout)).toHaveProperty(["one.test"]);
      expect(await sandbox.docr("erase", { stdin: "one.test", env })).toMatchObject({ stderr: "" });
      expect(await get()).toMatchObject({ code: 1, stderr: "" });
    }),
  );

  it.concurrent(
    "a list that fails in the helper hides no other login and prints nothing on stderr",
    inSandbox({}, async (sandbox) => {
      const env = writeHelper(sandbox, "odd", "echo 'the safe is shut'; echo 'two' >&2; exit 3");
      expect(outputOf(await sandbox.docr("list", { env }))).toEqual({
        code: 0,
        stdout: `{"${HOST}":"docr"}\n`,
        stderr: "",
      });
    }),
  );

  it.concurrent(
    "a list that is not an object counts as empty",
    inSandbox({}, async (sandbox) => {
      const env = writeHelper(sandbox, "odd", "echo '[1]'");
      expect((await sandbox.docr("list", { env })).stdout).toBe(`{"${HOST}":"docr"}\n`);
    }),
  );

  it.concurrent(
    "docr itself responds to every spelling of DigitalOcean's registry",
    inSandbox({}, async (sandbox) => {
      const env = writeHelper(sandbox, "odd", 'echo \'{"one.test":"u","registry.digitalocean.com":"old"}\'');
      for (const spelling of [HOST, `https://${HOST}`, `${HOST.toUpperCase()}:443`, `${HOST}/acme/app`]) {
        expect((await sandbox.docr("get", { stdin: spelling, env })).code).toBe(0);
      }
      const listed = await sandbox.docr("list", { env });
      expect(JSON.parse(listed.stdout)).toEqual({ "one.test": "u", [HOST]: "docr" });
      expect(readFileSync(join(sandbox.folder, "odd.log"), "utf8")).toBe("list\nunused\n");
    }),
  );

  it.concurrent.each([
    ["get", "one.test"],
    ["store", loginFor("one.test")],
    ["erase", "one.test"],
  ])("docr fails in one line if the helper is missing: %s", async (verb, stdin) => {
    await inSandbox({}, async (sandbox) => {
      const outcome = await sandbox.docr(verb, { stdin, env: { DOCR_FALLBACK: "missing" } });
      expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(/docr cannot run the fallback helper docker-credential-missing/);
      // DigitalOcean's registry does not need it.
      expect((await sandbox.get({ DOCR_FALLBACK: "missing" })).code).toBe(0);
    })();
  });

  it.concurrent.each(["docr", "../evil", "a b", "docker-credential-pass;id"])(
    "docr rejects a name that would run docr itself, or a program that is not a helper: %s",
    async (name) => {
      await inSandbox({}, async (sandbox) => {
        const outcome = await sandbox.docr("get", {
          stdin: "one.test",
          env: { DOCR_FALLBACK: name, PATH: PATH_WITH_DOCR },
        });
        expect(summarizeFailure(outcome, 5000)).toEqual(CLEAN_FAILURE);
        expect(outcome.stderr).toMatch(/DOCR_FALLBACK must be/);
      })();
    },
  );

  it.concurrent(
    "a helper that calls docr again ends after one round",
    inSandbox({}, async (sandbox) => {
      const log = join(sandbox.folder, "loop.log");
      // Without a limit, the two would call each other for ever. The script stops after ten rounds.
      const stop = `[ "$(grep -c ^get ${log})" -lt 10 ] || exit 9`;
      const again = 'printf one.test | docker-credential-docr "$1"';
      const env = writeHelper(sandbox, "loop", `${stop}\n${again}`);
      const outcome = await sandbox.docr("get", { stdin: "one.test", env });
      expect(outcome.code).not.toBe(0);
      expect(readFileSync(log, "utf8").match(/^get$/gm)).toHaveLength(1);
    }),
  );
});
