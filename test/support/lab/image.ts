import { copyFileSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { SYSTEM_PATH } from "./parts.ts";
import { runWell } from "./run.ts";

/** Writes a tar of a root file system with one static program, for `docker import` and `podman import`. Returns its path. */
export async function createRootTar(folder: string): Promise<string> {
  const root = join(folder, "rootfs");
  mkdirSync(join(root, "bin"), { recursive: true });
  copyFileSync("/bin/busybox", join(root, "bin", "busybox"));
  for (const name of ["sh", "echo"]) symlinkSync("busybox", join(root, "bin", name));
  const tar = join(folder, "root.tar");
  await runWell("tar", ["-C", root, "-cf", tar, "."], { env: { PATH: SYSTEM_PATH } });
  return tar;
}
