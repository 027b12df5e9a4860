import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runTool } from "./commands.ts";
import type { ReleaseFacts } from "./facts.ts";

/** A user without a name and without rights, as distroless images have it. */
const USER = "65532:65532";
const CERTIFICATES = "etc/ssl/certs/ca-certificates.crt";

/**
 * Makes a container image from nothing: the launcher, docr with its own libraries, and certificates. `product` is the layout for
 * musl, which needs nothing from the system. Returns the file name of the OCI archive.
 */
export function packImage(product: string, facts: ReleaseFacts, work: string, output: string): string {
  const { name, version, license, epoch, commit } = facts;
  const root = join(work, "image");
  rmSync(root, { recursive: true, force: true });
  for (const part of ["bin", "lib"])
    cpSync(join(product, part), join(root, "usr/local", part), { recursive: true });
  mkdirSync(join(root, "etc/ssl/certs"), { recursive: true });
  cpSync(join("/", CERTIFICATES), join(root, CERTIFICATES), { dereference: true });
  // Storage of its own, so that the user's images do not change.
  const storage = [
    "--root",
    join(work, "containers"),
    "--runroot",
    join(work, "containers-run"),
    "--storage-driver",
    "vfs",
  ];
  const buildah = (...args: readonly string[]): string => runTool("buildah", [...storage, ...args]).trim();
  const container = buildah("from", "scratch");
  try {
    buildah("copy", container, root, "/");
    const labels = {
      "org.opencontainers.image.title": name,
      "org.opencontainers.image.version": version,
      "org.opencontainers.image.revision": commit,
      "org.opencontainers.image.licenses": license,
    };
    buildah(
      "config",
      "--user",
      USER,
      "--entrypoint",
      '["/usr/local/bin/docr"]',
      "--env",
      "PATH=/usr/local/bin",
      ...Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
      container,
    );
    const file = `${name}-${version}-image-x64.tar`;
    buildah(
      "commit",
      "--quiet",
      "--disable-compression=false",
      `--timestamp=${epoch}`,
      container,
      `oci-archive:${join(output, file)}:${name}:${version}`,
    );
    return file;
  } finally {
    buildah("rm", container);
  }
}
