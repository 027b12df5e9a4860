import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable } from "../support/lab/executable.ts";
import { explainMissing } from "../support/lab/parts.ts";
import { createPasswordStore } from "../support/lab/password-store.ts";
import { type Environment, type Outcome, run, runWell } from "../support/lab/run.ts";
import { CLEAN_FAILURE, summarizeFailure } from "../support/failure.ts";
import { listFiles } from "../support/private-folder.ts";
import { HOST, loginFor } from "../support/requests.ts";
import { inSandbox, type Sandbox } from "./sandbox.ts";

interface Pass {
  readonly env: Environment;
  readonly docr: (verb: string, stdin: string) => Promise<Outcome>;
  /** From now on the key has a passphrase that no agent knows. */
  readonly lock: () => Promise<void>;
}

/** A sandbox whose logins are in pass, with a new key. */
function withPass(body: (pass: Pass, sandbox: Sandbox) => Promise<void>): () => Promise<void> {
  return inSandbox({}, async (sandbox) => {
    const store = await createPasswordStore(join(sandbox.folder, "p"));
    const { DIGITALOCEAN_ACCESS_TOKEN: _token, ...rest } = sandbox.env;
    const env = { ...rest, ...store.env, DOCR_STORE: "pass" };
    const gpg = (...args: readonly string[]) => runWell("gpg", args, { env: store.env });
    try {
      await body(
        {
          env,
          docr: (verb, stdin) => sandbox.run([verb], { stdin, env }),
          lock: async () => {
            const keys = await gpg("--list-secret-keys", "--with-colons");
            const id = /^fpr:+([0-9A-F]{40}):/m.exec(keys.stdout)?.[1] ?? "";
            const change = ["--batch", "--pinentry-mode", "loopback", "--passphrase", "forgotten"];
            const exported = join(sandbox.folder, "key");
            await gpg("--batch", "--output", exported, "--export-secret-keys", id);
            await run("gpgconf", ["--kill", "gpg-agent"], { env: store.env });
            rmSync(join(store.env["GNUPGHOME"] ?? "", "private-keys-v1.d"), { recursive: true });
            await gpg(...change, "--import", exported);
            // The import has no passphrase. Set one, and end the agent, which would remember it.
            await run("gpg", [...change, "--passwd", id], { env: store.env });
            await run("gpgconf", ["--kill", "gpg-agent"], { env: store.env });
          },
        },
        sandbox,
      );
    } finally {
      await store.stop();
    }
  });
}

const reason = explainNoExecutable() ?? explainMissing(["pass", "gpg"]);

describeUnless(reason, "logins in pass", () => {
  it.concurrent(
    "are stored, returned, listed and erased; file names do not show the registries",
    withPass(async ({ docr, env }) => {
      for (const server of ["one.test", "https://index.docker.io/v1/"]) {
        expect(await docr("store", loginFor(server))).toMatchObject({ code: 0, stdout: "", stderr: "" });
      }
      const got = await docr("get", "https://index.docker.io/v1/");
      expect(got).toMatchObject({ code: 0, stderr: "" });
      expect(JSON.parse(got.stdout).Secret).toBe("password of https://index.docker.io/v1/");
      const listed = await docr("list", "unused");
      expect(JSON.parse(listed.stdout)).toEqual({
        "one.test": "sammy",
        "https://index.docker.io/v1/": "sammy",
      });
      const folder = join(env["PASSWORD_STORE_DIR"] ?? "", "docker-credential-docr");
      expect(listFiles(folder)).toHaveLength(2);
      expect(listFiles(folder).every((name) => /^[A-Za-z0-9_-]+\.gpg$/.test(name))).toBe(true);
      expect(await docr("erase", "one.test")).toMatchObject({ code: 0, stdout: "", stderr: "" });
      expect(await docr("erase", "one.test")).toMatchObject({ code: 0, stdout: "", stderr: "" });
      expect(await docr("get", "one.test")).toMatchObject({
        code: 1,
        stdout: "credentials not found in native keychain\n",
        stderr: "",
      });
    }),
  );

  it.concurrent(
    "include an API token, which mints until the logout removes it",
    withPass(async ({ docr }, sandbox) => {
      expect(await docr("store", loginFor(HOST, "me", sandbox.token))).toMatchObject({ code: 0, stderr: "" });
      expect(sandbox.idOf(await docr("get", HOST))).toBe(1);
      expect(await docr("erase", HOST)).toMatchObject({ code: 0, stderr: "" });
      expect(sandbox.standIn.account.minted[0]?.revoked).toBe(true);
      expect((await docr("get", HOST)).code).toBe(1);
    }),
  );

  it.concurrent(
    'are an error, and not "not found", while the key is locked; none is lost',
    withPass(async ({ docr, lock, env }) => {
      await docr("store", loginFor("one.test"));
      await lock();
      const outcome = await docr("get", "one.test");
      expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(/pass failed/);
      expect(await docr("list", "unused")).toMatchObject({ code: 0, stdout: "{}\n", stderr: "" });
      expect(listFiles(join(env["PASSWORD_STORE_DIR"] ?? "", "docker-credential-docr"))).toHaveLength(1);
    }),
  );

  it.concurrent(
    "keep every character",
    withPass(async ({ docr }) => {
      const secret = ' "\\\n\tä€😀<&> trailing \n';
      await docr("store", loginFor("one.test", "us:er", secret));
      const { stdout } = await docr("get", "one.test");
      expect(JSON.parse(stdout)).toEqual({ ServerURL: "one.test", Username: "us:er", Secret: secret });
    }),
  );
});

describeUnless(explainNoExecutable(), "pass without a store", () => {
  it.concurrent(
    "is an error with the command to run",
    inSandbox({}, async (sandbox) => {
      const outcome = await sandbox.docr("store", {
        stdin: loginFor("one.test"),
        env: { DOCR_STORE: "pass" },
      });
      expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(/pass is not set up.*pass init/);
      // An API token in the environment does not need it.
      expect((await sandbox.get({ DOCR_STORE: "pass" })).code).toBe(0);
    }),
  );
});

describeUnless(reason, "pass without its program", () => {
  it.concurrent(
    "is an error with the package to install",
    withPass(async ({ env }, sandbox) => {
      const path = join(sandbox.folder, "bin");
      mkdirSync(path);
      const stdin = loginFor("one.test");
      const outcome = await sandbox.run(["store"], { stdin, env: { ...env, PATH: path } });
      expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(/pass cannot be run.*install pass/);
    }),
  );
});
