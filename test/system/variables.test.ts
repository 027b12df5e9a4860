import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeUnless, itUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoExecutable, LAUNCHER } from "../support/lab/executable.ts";
import { SYSTEM_PATH } from "../support/lab/parts.ts";
import { type Environment, run, runWell } from "../support/lab/run.ts";
import { waitUntil } from "../support/lab/service.ts";
import { ALWAYS, HOST, loginFor, secretOf } from "../support/requests.ts";
import { inSandbox, type Sandbox } from "./sandbox.ts";

const OTHER = "ghcr.io";

/** Loads a library of its own into each program that reads this as OpenSSL's configuration. */
const PROVIDER = `nodejs_conf = init
[init]
providers = list
[list]
evil = evil
[evil]
activate = 1
module = /nonexistent/evil.so
`;

/**
 * Variables that Node, OpenSSL, glib and libuv read, without those about which docr alone can do nothing (SECURITY.md). `%` is the folder of
 * the files that they name.
 */
const VARIABLES: readonly Environment[] = [
  { NODE_OPTIONS: "--require %/evil.js" },
  { NODE_PATH: "%" },
  { NODE_V8_COVERAGE: "%/out" },
  { NODE_DEBUG: "child_process,fs,net,stream,timer,tls" },
  { NODE_DEBUG_NATIVE: "diagnostics,sea,worker" },
  { NODE_UNIQUE_ID: "1" },
  { NODE_CHANNEL_FD: "0" },
  { NODE_CHANNEL_FD: "0", NODE_UNIQUE_ID: "1" },
  { NODE_EXTRA_CA_CERTS: "/nonexistent/ca.pem" },
  { NODE_EXTRA_CA_CERTS: "%/evil.js" },
  { NODE_USE_SYSTEM_CA: "1" },
  { NODE_USE_ENV_PROXY: "1" },
  { NODE_TLS_REJECT_UNAUTHORIZED: "0" },
  { NODE_PENDING_DEPRECATION: "1", NODE_REDIRECT_WARNINGS: "%/out" },
  { NODE_ICU_DATA: "/nonexistent" },
  { OPENSSL_CONF: "%/openssl.cnf" },
  { OPENSSL_CONF: "/nonexistent" },
  { OPENSSL_MODULES: "%", OPENSSL_ENGINES: "%" },
  { SSL_CERT_DIR: "/nonexistent" },
  { G_MESSAGES_DEBUG: "all", G_DEBUG: "fatal-warnings", G_DBUS_DEBUG: "all" },
  { MALLOC_CHECK_: "3", MALLOC_PERTURB_: "1", GLIBC_TUNABLES: "glibc.malloc.check=3" },
  { UV_THREADPOOL_SIZE: "0" },
];

/** What differs between a `get` of a stored login with these variables and one without: output, or files in the folder that they name. */
async function findChanges(variables: Environment, sandbox: Sandbox): Promise<readonly string[]> {
  const folder = join(sandbox.folder, "named");
  mkdirSync(folder);
  writeFileSync(join(folder, "evil.js"), 'require("fs").writeFileSync(__dirname + "/out", "")');
  writeFileSync(join(folder, "openssl.cnf"), PROVIDER);
  const before = readdirSync(folder);
  const env = { ...sandbox.env, DOCR_STORE: "file" };
  const added = Object.entries(variables).map(([name, value]) => [name, value.replace("%", folder)]);
  await runWell(LAUNCHER, ["store"], { env, stdin: loginFor(OTHER) });
  const plain = await runWell(DOCR, ["get"], { env, stdin: OTHER });
  const outcome = await run(DOCR, ["get"], {
    env: { ...env, ...Object.fromEntries(added) },
    stdin: OTHER,
  });
  return [
    ...(secretOf(outcome) === `password of ${OTHER}` ? [] : ["the login"]),
    ...(outcome.stdout === plain.stdout ? [] : ["stdout"]),
    ...(outcome.stderr === "" ? [] : [`stderr: ${outcome.stderr.slice(0, 200)}`]),
    ...readdirSync(folder).filter((name) => !before.includes(name)),
  ];
}

describeUnless(
  explainNoExecutable(),
  "without the launcher, variables of Node and of system libraries",
  () => {
    it.concurrent.each(VARIABLES)("change nothing about docr: %j", async (variables) => {
      await inSandbox({}, async (sandbox) => {
        expect(await findChanges(variables, sandbox)).toEqual([]);
      })();
    });

    it.concurrent.each(["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"])(
      "fail a mint in one line if %s names a file that is gone",
      async (name) => {
        await inSandbox({}, async (sandbox) => {
          const { code, stdout, stderr } = await sandbox.get({ [name]: "/nonexistent/ca.pem" });
          expect([code, stdout.split("\n").length, stderr.split("\n").length]).toEqual([1, 2, 2]);
          expect(stderr).toContain(`the file in ${name} cannot be read`);
        })();
      },
    );

    it.concurrent(
      "reach the programs that docr starts for the user, with their own names, but an API token does not",
      inSandbox({}, async (sandbox) => {
        const bin = join(sandbox.folder, "bin");
        mkdirSync(bin);
        writeFileSync(join(bin, "docker-credential-shown"), "#!/bin/sh\nenv >&2\nexit 1\n", { mode: 0o755 });
        const env = {
          ...sandbox.env,
          PATH: `${bin}:${SYSTEM_PATH}`,
          DOCR_FALLBACK: "shown",
          NODE_EXTRA_CA_CERTS: "/etc/proxy.pem",
          NODE_DEBUG: "net",
        };
        for (const program of [DOCR, LAUNCHER]) {
          const { stderr } = await run(program, ["get"], { env, stdin: OTHER });
          expect(stderr).toMatch(/^NODE_EXTRA_CA_CERTS=\/etc\/proxy\.pem$/m);
          expect(stderr).toMatch(/^NODE_DEBUG=net$/m);
          expect(stderr).not.toMatch(/DOCR_HELD|DIGITALOCEAN_(?:ACCESS_)?TOKEN|dop_v1_/);
        }
      }),
    );
  },
);

describeUnless(explainNoExecutable(), "an API token in the environment", () => {
  it.concurrent(
    "does not reach pass",
    inSandbox({}, async (sandbox) => {
      const [bin, passwords] = [join(sandbox.folder, "bin"), join(sandbox.folder, "passwords")];
      const seen = join(sandbox.folder, "seen");
      for (const path of [bin, passwords]) mkdirSync(path);
      writeFileSync(join(passwords, ".gpg-id"), "ann");
      writeFileSync(join(bin, "pass"), `#!/bin/sh\nenv > ${seen}\n`, { mode: 0o755 });
      const env = {
        ...sandbox.env,
        PATH: `${bin}:${SYSTEM_PATH}`,
        DOCR_STORE: "pass",
        PASSWORD_STORE_DIR: passwords,
      };
      await runWell(DOCR, ["store"], { env, stdin: loginFor(OTHER) });
      const text = readFileSync(seen, "utf8");
      expect(text).toContain(`PASSWORD_STORE_DIR=${passwords}`);
      expect(text).not.toMatch(/DIGITALOCEAN_(?:ACCESS_)?TOKEN|dop_v1_/);
    }),
  );
});

describeUnless(explainNoExecutable(), "an API token in the environment of docr resolve", () => {
  it.concurrent.each([
    ["docr", true],
    ["shown", false],
  ])("reaches a client's helper only if that is docr: %s (%s)", async (helper, isPassed) => {
    await inSandbox({}, async (sandbox) => {
      const [bin, config] = [join(sandbox.folder, "bin"), join(sandbox.folder, "docker")];
      const seen = join(sandbox.folder, "seen");
      for (const path of [bin, config]) mkdirSync(path);
      const script = `#!/bin/sh\nenv > ${seen}\necho '{"Username":"sammy","Secret":"s"}'\n`;
      writeFileSync(join(bin, `docker-credential-${helper}`), script, { mode: 0o755 });
      writeFileSync(join(config, "config.json"), JSON.stringify({ credsStore: helper }));
      const env = { ...sandbox.env, PATH: `${bin}:${SYSTEM_PATH}`, DOCKER_CONFIG: config };
      expect((await runWell(DOCR, ["resolve", OTHER], { env })).stdout).toContain("sammy");
      const text = readFileSync(seen, "utf8");
      expect(text).toContain(`DOCKER_CONFIG=${config}`);
      expect(text.includes(`DIGITALOCEAN_ACCESS_TOKEN=${sandbox.token}`)).toBe(isPassed);
      expect(/dop_v1_/.test(text)).toBe(isPassed);
    })();
  });
});

const reason =
  explainNoExecutable() ??
  (existsSync("/proc/self/coredump_filter") ? undefined : "this kernel writes no core files");

describeUnless(reason, "docr", () => {
  it.concurrent(
    "keeps its memory out of core files",
    inSandbox({}, async (sandbox) => {
      sandbox.standIn.faults.add({ kind: "hang", path: "*", times: ALWAYS });
      const get = sandbox.startGet();
      try {
        expect(await waitUntil(async () => sandbox.standIn.count() > 0, 10)).toBe(true);
        const filter = readFileSync(`/proc/${get.pid}/coredump_filter`, "utf8");
        expect(Number.parseInt(filter, 16)).toBe(0);
      } finally {
        get.signal("SIGKILL");
        await get.ended;
      }
    }),
  );

  itUnless(
    existsSync("/proc/self/exe") ? undefined : "no /proc",
    "ends with its response after a slow request, although its executable was removed meanwhile",
    inSandbox({}, async (sandbox) => {
      const copy = join(sandbox.folder, "docr");
      copyFileSync(DOCR, copy);
      // Later than SUSPICIOUS_NS in src/app/process/exit.ts.
      sandbox.standIn.faults.add({ kind: "answer", status: 429, headers: { "retry-after": "5" }, path: "*" });
      const answer = run(copy, ["get"], { env: sandbox.env, stdin: HOST });
      expect(await waitUntil(async () => sandbox.standIn.count() > 0, 10)).toBe(true);
      rmSync(copy);
      expect(await answer).toMatchObject({ code: 0, stderr: "" });
    }),
  );
});
