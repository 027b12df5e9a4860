import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { smoke } from "../../scripts/smoke.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoNamespace } from "../support/lab/namespace.ts";
import { runWell } from "../support/lab/run.ts";
import { HOME_ENV, releaseFile, SMOKE_STEPS, SYSTEM } from "./installation.ts";
import { openRoot, type Root } from "./root.ts";

const FILES = [
  "usr/bin/docr",
  "usr/bin/docker-credential-docr",
  "usr/share/man/man1/docr.1.gz",
  "usr/share/bash-completion/completions/docr",
  "usr/share/zsh/site-functions/_docr",
  "usr/share/fish/vendor_completions.d/docr.fish",
];

describeUnless(explainNoNamespace(), "the Debian package", () => {
  let root: Root;
  beforeAll(() => {
    root = openRoot("packages/debian-12");
  });
  afterAll(() => root.close());

  const inRoot = async (...argv: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await root.run(argv, { env: { ...SYSTEM, HOME: "/root" } });
    if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}: ${stdout}${stderr}`);
    return stdout;
  };
  const offer = (path: string): string => {
    copyFileSync(path, join(root.path, "tmp", basename(path)));
    return `/tmp/${basename(path)}`;
  };

  it("installs with the programs, the manual page and the completions", async () => {
    await inRoot("dpkg", "--install", offer(releaseFile(/_amd64\.deb$/)));
    expect(FILES.filter((file) => !existsSync(join(root.path, file)))).toEqual([]);
  });

  it("works once it is installed", async () => {
    expect(await smoke(root.installed("/usr/bin"), HOME_ENV)).toEqual(SMOKE_STEPS);
  });

  it("is upgraded to a newer version", async () => {
    const work = join(root.path, "tmp/newer");
    mkdirSync(work);
    await runWell("dpkg-deb", ["-R", releaseFile(/_amd64\.deb$/), work], {
      env: SYSTEM,
      timeoutSeconds: 300,
    });
    const control = join(work, "DEBIAN/control");
    writeFileSync(control, readFileSync(control, "utf8").replace(/^Version: .*$/m, "Version: 99.0.0"));
    const newer = join(root.path, "tmp/newer.deb");
    await runWell("dpkg-deb", ["-Zgzip", "-z1", "--root-owner-group", "-b", work, newer], {
      env: SYSTEM,
      timeoutSeconds: 300,
    });
    await inRoot("dpkg", "--install", "/tmp/newer.deb");
    expect(await inRoot("dpkg-query", "-W", "-f=${Version}", "docker-credential-docr")).toBe("99.0.0");
    expect(await smoke(root.installed("/usr/bin"), HOME_ENV)).toEqual(SMOKE_STEPS);
  });

  it("leaves nothing behind when it is purged", async () => {
    await inRoot("dpkg", "--purge", "docker-credential-docr");
    expect(FILES.filter((file) => existsSync(join(root.path, file)))).toEqual([]);
    expect(existsSync(join(root.path, "usr/share/doc/docker-credential-docr"))).toBe(false);
  });
});
