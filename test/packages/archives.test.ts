import { chmodSync, copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { smoke } from "../../scripts/smoke.ts";
import { describeUnless, itUnless } from "../support/lab/describe.ts";
import { explainNoNamespace } from "../support/lab/namespace.ts";
import { explainMissing } from "../support/lab/parts.ts";
import { HOME_ENV, SMOKE_STEPS, unpackArchive } from "./installation.ts";
import { openRoot, type Root, type RootOptions } from "./root.ts";

/** Debian's libc6, libstdc++6 and libgcc-s1, unpacked by the build, and no other file. */
const LIBRARIES = "downloads/debian-amd64/root";
const ARM64_LIBRARIES = "downloads/debian-arm64/root";
/** A user without a name and a home, as in images made from nothing. */
const NAMELESS = 65_532;

let root: Root | undefined;
afterEach(() => root?.close());

async function install(template: string | undefined, target: string, options?: RootOptions): Promise<Root> {
  root = openRoot(template, options);
  const prefix = join(root.path, "usr/local");
  for (const folder of [prefix, join(root.path, "root")]) mkdirSync(folder, { recursive: true });
  await unpackArchive(target, prefix);
  return root;
}

describeUnless(explainNoNamespace(), "the archives", () => {
  it.each(["debian-11", "debian-12", "debian-13"])("linux-x64 works in a root of %s", async (release) => {
    const { installed } = await install(`packages/${release}`, "linux-x64");
    expect(await smoke(installed(), HOME_ENV)).toEqual(SMOKE_STEPS);
  });

  it("linux-x64 works in a root with only the libraries of C and C++, without a shell", async () => {
    const { installed } = await install(LIBRARIES, "linux-x64");
    expect(await smoke(installed(), HOME_ENV)).toEqual(SMOKE_STEPS);
  });

  it("linux-musl-x64 works in a root with nothing else", async () => {
    const { installed } = await install(undefined, "linux-musl-x64");
    expect(await smoke(installed(), HOME_ENV)).toEqual(SMOKE_STEPS);
  });

  it("linux-musl-x64 works in a root with musl's loader and busybox", async () => {
    const system = await install(undefined, "linux-musl-x64");
    for (const folder of ["lib", "bin"]) mkdirSync(join(system.path, folder), { recursive: true });
    copyFileSync("/lib/ld-musl-x86_64.so.1", join(system.path, "lib/ld-musl-x86_64.so.1"));
    copyFileSync("/bin/busybox", join(system.path, "bin/busybox"));
    chmodSync(join(system.path, "bin/busybox"), 0o755);
    const shell = ["/bin/busybox", "sh", "-c", "docker-credential-docr version"];
    expect((await system.run(shell, { env: { PATH: "/usr/local/bin" } })).stdout).toMatch(
      /^docker-credential-docr /,
    );
    expect(await smoke(system.installed(), HOME_ENV)).toEqual(SMOKE_STEPS);
  });

  it("linux-musl-x64 mints and caches for a user without a name, on a read-only root, without a home", async () => {
    const { installed } = await install(undefined, "linux-musl-x64", { uid: NAMELESS, isReadOnly: true });
    expect(await smoke(installed(), {}, false)).toEqual(["version", "get, cold", "get, cached", "logout"]);
  });

  const noQemu = explainMissing(["qemu-aarch64-static"]);
  itUnless(noQemu, "linux-arm64 works under qemu", async () => {
    const { installed } = await install(ARM64_LIBRARIES, "linux-arm64", { isArm64: true, hasProc: false });
    expect(await smoke(installed(), HOME_ENV)).toEqual(SMOKE_STEPS);
  });
});
