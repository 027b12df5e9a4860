import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { smoke } from "../../scripts/smoke.ts";
import { run, runWell } from "../support/lab/run.ts";
import { releaseFile, SMOKE_STEPS, SYSTEM } from "./installation.ts";

const MAIN = /^docker-credential-docr-\d[\d.]*\.tgz$/;
const PLATFORM = /^docker-credential-docr-linux-x64-.*\.tgz$/;

describe("the npm packages", () => {
  let folder: string;
  let env: Record<string, string>;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "docr-npm-"));
    env = { PATH: `/usr/local/bin:${SYSTEM.PATH}`, HOME: folder };
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const npm = (args: readonly string[], cwd: string) =>
    runWell("npm", [...args, "--offline", "--no-audit", "--no-fund"], { env, cwd, timeoutSeconds: 300 });

  it("install globally without scripts, under both names, and work", async () => {
    const prefix = join(folder, "prefix");
    await npm(
      ["install", "-g", "--ignore-scripts", "--prefix", prefix, releaseFile(PLATFORM), releaseFile(MAIN)],
      folder,
    );
    const used = { HOME: folder, PATH: SYSTEM.PATH, DOCR_STORE: "file", XDG_RUNTIME_DIR: folder };
    const done = await smoke((program, args, call) => run(join(prefix, "bin", program), args, call), used);
    expect(done).toEqual(SMOKE_STEPS);
  });

  it("npx runs docker-credential-docr", async () => {
    const project = mkdtempSync(join(folder, "project-"));
    writeFileSync(join(project, "package.json"), "{}");
    await npm(["install", "--ignore-scripts", releaseFile(PLATFORM), releaseFile(MAIN)], project);
    const { stdout } = await runWell("npx", ["--offline", "docker-credential-docr", "version"], {
      env,
      cwd: project,
    });
    expect(stdout).toMatch(/^docker-credential-docr \(docker-credential-docr\) \d/);
  });

  it("say in one line that the executables are missing", async () => {
    const prefix = join(folder, "without");
    await npm(
      ["install", "-g", "--ignore-scripts", "--omit=optional", "--prefix", prefix, releaseFile(MAIN)],
      folder,
    );
    const { code, stdout, stderr } = await run(join(prefix, "bin/docr"), ["version"], { env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^docr: npm installed no executables for this machine; .*\n$/);
  });

  it("leave nothing behind when they are removed", async () => {
    const prefix = join(folder, "prefix");
    const names = ["docker-credential-docr", "docker-credential-docr-linux-x64"];
    await npm(["uninstall", "-g", "--prefix", prefix, ...names], folder);
    expect(names.filter((name) => existsSync(join(prefix, "bin", name)))).toEqual([]);
    expect(names.filter((name) => existsSync(join(prefix, "lib/node_modules", name)))).toEqual([]);
  });
});
