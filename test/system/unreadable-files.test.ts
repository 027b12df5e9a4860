import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import type { EnvironmentChanges } from "../support/fakes/test-machine.ts";
import { CLEAN_FAILURE, summarizeFailure } from "../support/failure.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { HOST } from "../support/requests.ts";
import { asOrdinaryUser, explainNoOrdinaryUser, type OrdinarySandbox } from "./ordinary-user.ts";

/** What is in a file's place, and what docr says about it. */
const OBSTACLES: readonly {
  readonly title: string;
  readonly make: (path: string) => void;
  readonly reason: RegExp;
}[] = [
  { title: "a named pipe", make: (path) => execFileSync("mkfifo", [path]), reason: /a named pipe/ },
  { title: "an endless device", make: (path) => symlinkSync("/dev/zero", path), reason: /a device/ },
  { title: "a folder", make: (path) => mkdirSync(path), reason: /a directory/ },
  {
    title: "a file of 20 MB",
    make: (path) => writeFileSync(path, " ".repeat(20_000_000)),
    reason: /larger than 1(?:6)? MiB/,
  },
  { title: "a link to itself", make: (path) => symlinkSync(path, path), reason: /ELOOP/ },
  {
    title: "root's private file",
    make(path) {
      writeFileSync(path, "{}", { mode: 0o600 });
      chownSync(path, 0, 0);
    },
    reason: /EACCES/,
  },
  {
    title: "a file in root's private folder",
    make(path) {
      writeFileSync(path, "{}");
      chownSync(dirname(path), 0, 0);
      chmodSync(dirname(path), 0o700);
    },
    reason: /EACCES/,
  },
];

/** The files that decide how docr answers a `get` of DigitalOcean's registry. */
const FILES: readonly {
  readonly title: string;
  readonly path: (sandbox: OrdinarySandbox) => string;
  readonly env: (path: string) => EnvironmentChanges;
  readonly named: (path: string) => string;
}[] = [
  {
    title: "docr's config file",
    path: ({ home }) => join(home, ".config/docr/config.json"),
    env: () => ({}),
    named: (path) => path,
  },
  {
    title: "doctl's config file",
    path: ({ home }) => join(home, ".config/doctl/config.yaml"),
    env: () => ({ DIGITALOCEAN_ACCESS_TOKEN: undefined }),
    named: (path) => path,
  },
  {
    title: "the file in SSL_CERT_FILE",
    path: ({ home }) => join(home, "trust/ca.pem"),
    env: (path) => ({ SSL_CERT_FILE: path, DIGITALOCEAN_API_URL: "https://127.0.0.1:1" }),
    named: () => "the file in SSL_CERT_FILE",
  },
];

const CASES = FILES.flatMap((file) => OBSTACLES.map((obstacle) => ({ file, obstacle })));

describeUnless(explainNoOrdinaryUser(), "a get whose files cannot be read", () => {
  it.concurrent.each(CASES)(
    "fails at once and names $file.title: $obstacle.title",
    async ({ file, obstacle }) => {
      await asOrdinaryUser({}, async (sandbox) => {
        const path = file.path(sandbox);
        mkdirSync(dirname(path), { recursive: true });
        obstacle.make(path);
        for (const program of ["docr", "docker-credential-docr"] as const) {
          const outcome = await sandbox.call(program, ["get"], { stdin: HOST, env: file.env(path) });
          expect(summarizeFailure(outcome, 20_000)).toEqual(CLEAN_FAILURE);
          expect(outcome.stderr).toContain(file.named(path));
          expect(outcome.stderr).toMatch(obstacle.reason);
        }
        expect(sandbox.standIn.count("mint")).toBe(0);
      })();
    },
  );

  it.concurrent(
    "of another user's home, which this user cannot enter, counts none of them",
    asOrdinaryUser({}, async (sandbox) => {
      chownSync(sandbox.home, 0, 0);
      chmodSync(sandbox.home, 0o700);
      const outcome = await sandbox.call("docker-credential-docr", ["get"], { stdin: HOST });
      expect(outcome).toMatchObject({ code: 0, stderr: "" });
    }),
  );

  it.concurrent(
    "is not answered from the cache if the config file can no longer be read",
    asOrdinaryUser({}, async (sandbox) => {
      expect(await sandbox.call("docr", ["get"], { stdin: HOST })).toMatchObject({ code: 0 });
      mkdirSync(join(sandbox.home, ".config/docr"), { recursive: true });
      writeFileSync(join(sandbox.home, ".config/docr/config.json"), '{"context":"work"}', { mode: 0o600 });
      const outcome = await sandbox.call("docr", ["get"], { stdin: HOST });
      expect(summarizeFailure(outcome, 20_000)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(/config\.json cannot be read \(EACCES\)/);
    }),
  );

  it.concurrent(
    "do not make a list fail",
    asOrdinaryUser({}, async (sandbox) => {
      mkdirSync(join(sandbox.home, ".config/docr"), { recursive: true });
      execFileSync("mkfifo", [join(sandbox.home, ".config/docr/config.json")]);
      const outcome = await sandbox.call("docker-credential-docr", ["list"]);
      expect(outcome).toMatchObject({ code: 0, stdout: "{}\n", stderr: "" });
    }),
  );
});
