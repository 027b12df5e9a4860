import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoLauncher } from "../support/lab/executable.ts";
import { explainMissing, KEYRING, SYSTEM_PATH } from "../support/lab/parts.ts";
import type { Environment } from "../support/lab/run.ts";
import { inSandbox } from "../system/sandbox.ts";

/** Variables that would make docr run the script, write into the folder or print. `spoils` is the folder, `script` a script. */
const HOSTILE: Readonly<Record<string, (spoils: string, script: string) => string>> = {
  OPENSSL_CONF: (_, script) => script,
  OPENSSL_MODULES: (spoils) => spoils,
  SSL_CERT_DIR: () => "/nowhere",
  NODE_OPTIONS: (_, script) => `--require ${script}`,
  NODE_REPL_EXTERNAL_MODULE: (_, script) => script,
  NODE_CHANNEL_FD: () => "99",
  NODE_UNIQUE_ID: () => "1",
  NODE_V8_COVERAGE: (spoils) => spoils,
  NODE_COMPILE_CACHE: (spoils) => spoils,
  NODE_REDIRECT_WARNINGS: (spoils) => join(spoils, "warnings"),
  NODE_DEBUG: () => "*",
  NODE_DEBUG_NATIVE: () => "*",
  NODE_PENDING_DEPRECATION: () => "1",
  NODE_EXTRA_CA_CERTS: (_, script) => script,
  NODE_ICU_DATA: () => "/nowhere",
  UV_THREADPOOL_SIZE: () => "x",
  LD_DEBUG: () => "all",
  LD_DEBUG_OUTPUT: (spoils) => join(spoils, "debug"),
  LD_SHOW_AUXV: () => "1",
  LD_TRACE_LOADED_OBJECTS: () => "1",
  LD_AUDIT: () => "/nowhere.so",
  GLIBC_TUNABLES: () => "glibc.malloc.check=3",
  MALLOC_PERTURB_: () => "7",
  G_MESSAGES_DEBUG: () => "all",
  G_DEBUG: () => "fatal-warnings",
};

function hostile(folder: string, names: readonly string[]): { env: Environment; spoils: string } {
  const spoils = join(folder, "spoils");
  mkdirSync(spoils);
  const script = join(folder, "script.cjs");
  writeFileSync(script, `require("node:fs").writeFileSync(${JSON.stringify(join(spoils, "ran"))}, "")\n`);
  return {
    env: Object.fromEntries(names.map((name) => [name, HOSTILE[name]?.(spoils, script) ?? ""])),
    spoils,
  };
}

describeUnless(explainNoLauncher(), "a get that mints through the launcher, with", () => {
  it.each([...Object.keys(HOSTILE), "all"])(
    "%s set: runs no code, writes no file and prints only the response",
    async (which) => {
      const names = which === "all" ? Object.keys(HOSTILE) : [which];
      await inSandbox({}, async (sandbox) => {
        const { env, spoils } = hostile(sandbox.folder, names);
        const outcome = await sandbox.get(env);
        expect([outcome.code, outcome.stderr, sandbox.idOf(outcome)]).toEqual([0, "", 1]);
        expect(outcome.stdout).toMatch(/^\{"ServerURL":"[^"]+","Username":"[^"]+","Secret":"[^"]+"\}\n$/);
        expect(readdirSync(spoils)).toEqual([]);
      })();
    },
  );
});

describeUnless(explainNoLauncher(), "a stale NODE_EXTRA_CA_CERTS through the launcher", () => {
  it(
    "is docr's own error in one line, and only where docr needs the file",
    inSandbox({}, async (sandbox) => {
      const stale = { NODE_EXTRA_CA_CERTS: "/nowhere/ca.pem" };
      expect(await sandbox.get(stale)).toMatchObject({
        code: 1,
        stderr:
          "docr: the file in NODE_EXTRA_CA_CERTS cannot be read (ENOENT); correct the variable or unset it\n",
      });
      const list = await sandbox.docr("list", { env: { ...stale, DOCR_STORE: "file" } });
      expect([list.code, list.stderr]).toEqual([0, ""]);
    }),
  );
});

describeUnless(explainNoLauncher() ?? explainMissing(KEYRING), "the keychain through the launcher", () => {
  it(
    "answers with all these variables set",
    inSandbox({ keyring: true }, async (sandbox) => {
      const { env, spoils } = hostile(sandbox.folder, Object.keys(HOSTILE));
      const login = JSON.stringify({ ServerURL: "ghcr.io", Username: "sammy", Secret: "stored" });
      expect(await sandbox.docr("store", { stdin: login, env })).toMatchObject({ code: 0, stderr: "" });
      const found = await sandbox.docr("get", { stdin: "ghcr.io", env });
      expect([found.code, found.stdout, found.stderr]).toEqual([0, `${login}\n`, ""]);
      expect(readdirSync(spoils)).toEqual([]);
    }),
  );
});

describeUnless(explainNoLauncher(), "the fallback helper that docr starts", () => {
  it(
    "gets the user's environment without the API token, and otherwise unchanged, also through launcher and docr",
    inSandbox({}, async (sandbox) => {
      const bin = join(sandbox.folder, "bin");
      mkdirSync(bin);
      const helper = join(bin, "docker-credential-echo");
      writeFileSync(helper, '#!/bin/sh\ncat >/dev/null\nexec cat "/proc/$$/environ"\n');
      chmodSync(helper, 0o755);
      const own = { ...sandbox.env, PATH: `${bin}:${SYSTEM_PATH}`, DOCR_FALLBACK: "echo" };
      const env: Environment = { ...own, NODE_DEBUG: "", OPENSSL_CONF: "/etc/fips.cnf", G_DEBUG: "x" };
      // `store` always goes through docr.
      const login = JSON.stringify({ ServerURL: "ghcr.io", Username: "sammy", Secret: "stored" });
      const { stdout, stderr, code } = await sandbox.run(["store"], { stdin: login, env });
      expect([code, stderr]).toEqual([0, ""]);
      const { DIGITALOCEAN_ACCESS_TOKEN: token, ...others } = env;
      expect(token).toBe(sandbox.token);
      const pairs = Object.entries({ ...others, DOCR_BESIDE: "1" }).map(
        ([name, value]) => `${name}=${value}`,
      );
      expect(stdout.split("\0").filter((pair) => pair !== "" && !pair.startsWith("PWD="))).toEqual(
        expect.arrayContaining(pairs),
      );
      expect(stdout).not.toMatch(/DOCR_HELD|DIGITALOCEAN_ACCESS_TOKEN/);
    }),
  );
});
