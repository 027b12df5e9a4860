import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { smoke } from "../../scripts/smoke.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoNamespace } from "../support/lab/namespace.ts";
import { runWell } from "../support/lab/run.ts";
import { HOME_ENV, releaseFile, SMOKE_STEPS, SYSTEM } from "./installation.ts";
import { openRoot, type Root } from "./root.ts";

describeUnless(explainNoNamespace(), "the RPM package", () => {
  let root: Root;
  beforeAll(() => {
    root = openRoot("packages/debian-12");
  });
  afterAll(() => root.close());

  /** The root's other packages are Debian's, so rpm cannot find the dependencies. */
  const rpm = async (...args: readonly string[]): Promise<string> =>
    (
      await runWell("rpm", ["--root", root.path, "--nodeps", "--force-debian", ...args], {
        env: SYSTEM,
        timeoutSeconds: 300,
      })
    ).stdout;

  it("installs and works", async () => {
    await rpm("-i", releaseFile(/\.rpm$/));
    expect(await smoke(root.installed("/usr/bin"), HOME_ENV)).toEqual(SMOKE_STEPS);
  });

  it("installs again over itself, as an upgrade does", async () => {
    await rpm("-U", "--force", releaseFile(/\.rpm$/));
    expect(await smoke(root.installed("/usr/bin"), HOME_ENV)).toEqual(SMOKE_STEPS);
  });

  it("names what it needs", async () => {
    const needs = (await runWell("rpm", ["-qp", "--requires", releaseFile(/\.rpm$/)], { env: SYSTEM }))
      .stdout;
    expect(needs).toMatch(/^glibc >= 2\.28$/m);
    expect(needs).toMatch(/^libatomic$/m);
  });

  it("leaves nothing behind when it is removed", async () => {
    await rpm("-e", "docker-credential-docr");
    for (const file of [
      "usr/bin/docr",
      "usr/bin/docker-credential-docr",
      "usr/share/doc/docker-credential-docr",
    ])
      expect(existsSync(join(root.path, file))).toBe(false);
  });
});
