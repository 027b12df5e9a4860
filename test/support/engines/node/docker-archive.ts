import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SYSTEM_PATH } from "../../lab/parts.ts";
import { runWell } from "../../lab/run.ts";

/** Writes an image as `docker save` does: the root file system of a tar with /bin/busybox, which sleeps. Returns the path. */
export async function writeDockerArchive(folder: string, name: string, rootTar: string): Promise<string> {
  const parts = join(folder, "image");
  mkdirSync(parts);
  copyFileSync(rootTar, join(parts, "layer.tar"));
  const digest = createHash("sha256").update(readFileSync(rootTar)).digest("hex");
  const image = {
    os: "linux",
    architecture: process.arch === "x64" ? "amd64" : process.arch,
    config: { Entrypoint: ["/bin/busybox", "sleep", "1000000"] },
    rootfs: { type: "layers", diff_ids: [`sha256:${digest}`] },
  };
  writeFileSync(join(parts, "image.json"), JSON.stringify(image));
  const manifest = [{ Config: "image.json", RepoTags: [name], Layers: ["layer.tar"] }];
  writeFileSync(join(parts, "manifest.json"), JSON.stringify(manifest));
  const archive = join(folder, "image.tar");
  await runWell("tar", ["-C", parts, "-cf", archive, "."], { env: { PATH: SYSTEM_PATH } });
  return archive;
}
