import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoExecutable } from "../support/lab/executable.ts";
import { explainNoMounts } from "../support/lab/mounts.ts";
import { explainMissing, SYSTEM_PATH } from "../support/lab/parts.ts";
import { type Environment, run } from "../support/lab/run.ts";
import { HOST, loginFor } from "../support/requests.ts";
import { onRunner, type Runner } from "./runner.ts";
import { inSandbox, type Sandbox } from "./sandbox.ts";

const PASSWORD = "hunter2-plain";
const AUTH = Buffer.from(`ann:${PASSWORD}`).toString("base64");
/** Longer than half a page, so that it and a copy fill two pages. */
const CONFIG = JSON.stringify({ auths: { "r1.test": { auth: AUTH } }, psFormat: "x".repeat(2500) });

/** A home whose ~/.docker is a file system of its own. docker-credential-docr is on the PATH. */
const home = (options: string): string => `
  mkdir $SANDBOX/home/.docker $SANDBOX/bin
  ln -s $SANDBOX/docr $SANDBOX/bin/docker-credential-docr
  mount -t tmpfs -o ${options},mode=700 tmpfs $SANDBOX/home/.docker
  printf %s '${CONFIG}' > $SANDBOX/home/.docker/config.json`;
const MOUNTED = `${home("size=1m")}
  cp $SANDBOX/home/.docker/config.json $SANDBOX/mounted.json
  mount --bind $SANDBOX/mounted.json $SANDBOX/home/.docker/config.json`;

const environmentOf = ({ folder, home: path }: Sandbox): Environment => ({
  HOME: path,
  PATH: `${join(folder, "bin")}:${SYSTEM_PATH}`,
  DOCR_STORE: "file",
});
/** Every file in the home that contains the password, and every file in ~/.docker. */
const leftIn = ({ shell }: Runner, { home: path }: Sandbox): Promise<string> =>
  shell(`cd ${path}; { ls -A .docker; grep -rl -e ${PASSWORD} -e ${AUTH} .; } | sort`);
const UNCHANGED = "./.docker/config.json\nconfig.json\n";

const reason = explainNoExecutable() ?? explainNoMounts() ?? explainMissing(["setpriv"]);

describeUnless(reason, "a change that fails", () => {
  it.concurrent.each([
    ["space for a copy", "size=4k"],
    ["space for the new file", "size=8k"],
    ["an inode for a copy", "size=1m,nr_inodes=2"],
    ["an inode for the new file", "size=1m,nr_inodes=3"],
  ])("of docker's file leaves no copy of it without %s", async (_title, options) => {
    await onRunner({ prepare: home(options) }, async (runner, sandbox) => {
      const env = environmentOf(sandbox);
      for (const how of [["docker"], ["all", "--global", "--migrate"]]) {
        const { code, stderr } = await runner.docr(["configure", "--client", ...how], "", env);
        expect([code, stderr]).toEqual([1, expect.stringContaining("(ENOSPC)")]);
        expect(stderr).toContain("nothing was changed");
        expect(await leftIn(runner, sandbox)).toBe(UNCHANGED);
        const { stdout } = await runner.docr(["list"], "", env);
        expect(Object.keys(JSON.parse(stdout))).not.toContain("r1.test");
      }
    })();
  });

  it.concurrent("of a mounted vault says that it is a mount point and what to mount instead, and keeps its logins", async () => {
    await onRunner({ prepare: "mkdir $SANDBOX/bin" }, async (runner, sandbox) => {
      const env = environmentOf(sandbox);
      expect(await runner.docr(["store"], loginFor("one.test"), env)).toMatchObject({ code: 0 });
      await runner.shell(`cd ${sandbox.home}/.local/share/docr; mount --bind vault.age vault.age`);
      const { code, stderr } = await runner.docr(["store"], loginFor("two.test"), env);
      expect([code, stderr]).toEqual([1, expect.stringContaining("the vault is a mount point or in use")]);
      expect(stderr).toContain(`mount ${sandbox.home}/.local/share/docr instead of the file`);
      const { stdout } = await runner.docr(["list"], "", env);
      expect(Object.keys(JSON.parse(stdout))).toContain("one.test");
    })();
  });

  it.concurrent(
    "of a mounted file says that it is a mount point, and leaves no copy of it",
    onRunner({ prepare: MOUNTED }, async (runner, sandbox) => {
      const env = environmentOf(sandbox);
      for (const args of [
        ["configure", "--client", "docker"],
        ["configure", "--client", "all", "--global", "--migrate"],
        ["migrate", "--client", "all", "--configure", "--yes"],
      ]) {
        const { code, stderr } = await runner.docr(args, "", env);
        expect([code, stderr]).toEqual([
          1,
          expect.stringContaining("~/.docker/config.json is a mount point"),
        ]);
        expect(await leftIn(runner, sandbox)).toBe(UNCHANGED);
        expect(Object.keys(JSON.parse((await runner.docr(["list"], "", env)).stdout))).toEqual([HOST]);
      }
    }),
  );

  it.concurrent(
    "of an output file leaves no file, and revokes the credential",
    onRunner(
      { prepare: `${MOUNTED}\necho > $SANDBOX/out\nmount --bind $SANDBOX/out $SANDBOX/out` },
      async (runner, sandbox) => {
        const out = join(sandbox.folder, "out");
        const before = await runner.shell(`ls -A ${sandbox.folder}`);
        const issued = await runner.docr(
          ["credentials", "acme", "--output", out],
          "",
          environmentOf(sandbox),
        );
        expect([issued.code, issued.stderr]).toEqual([1, expect.stringContaining("is a mount point")]);
        expect(await runner.shell(`ls -A ${sandbox.folder}; cat ${out}`)).toBe(`${before}\n`);
        expect(sandbox.standIn.account.minted.map(({ revoked }) => revoked)).toEqual([true]);
      },
    ),
  );

  it.concurrent(
    "of a report leaves no part of it",
    onRunner({ prepare: home("size=4k") }, async (runner, sandbox) => {
      const path = join(sandbox.home, ".docker", "report.txt");
      const { code } = await runner.docr(["doctor", "--report", path], "", environmentOf(sandbox));
      expect(code).not.toBe(0);
      expect(await leftIn(runner, sandbox)).toBe(UNCHANGED);
    }),
  );
});

describeUnless(explainNoExecutable(), "configure and unconfigure at the same time", () => {
  it.concurrent(
    "end configured, or as before, and a later unconfigure restores every byte",
    inSandbox({}, async (sandbox) => {
      const { env } = sandbox;
      const folder = join(sandbox.home, ".docker");
      const record = join(sandbox.home, ".config", "docr", "configured.json");
      const read = (): string => readFileSync(join(folder, "config.json"), "utf8");
      const docr = async (verb: string): Promise<void> => {
        const { code, stderr } = await run(DOCR, [verb, "--client", "docker"], { env });
        expect([verb, code, stderr.replace(/^docr: warning: .*\n/gm, "")]).toEqual([verb, 0, ""]);
      };
      mkdirSync(folder);
      writeFileSync(join(folder, "config.json"), CONFIG);
      await docr("configure");
      const configured = read();
      for (let round = 0; round < 8; round += 1) {
        await Promise.all(["configure", "unconfigure", "configure", "unconfigure"].map((verb) => docr(verb)));
        const isConfigured = read() === configured;
        expect([read(), existsSync(record), readdirSync(folder).length]).toEqual(
          isConfigured ? [configured, true, 2] : [CONFIG, false, 1],
        );
      }
      await docr("unconfigure");
      expect([read(), existsSync(record), readdirSync(folder)]).toEqual([CONFIG, false, ["config.json"]]);
    }),
  );
});
