import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { OCI_CONFIG, OCI_IMAGE, OCI_INDEX } from "../fakes/images.ts";

/** A manifest's description of one part. */
interface Part {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/**
 * Writes images for these platforms (`linux/amd64`) as an OCI layout. The tag names the image, or an index of several
 * images. skopeo pushes it as `oci:FOLDER:TAG`.
 */
export function writeOciLayout(folder: string, tag: string, platforms: readonly string[]): void {
  const blobs = join(folder, "blobs", "sha256");
  mkdirSync(blobs, { recursive: true });
  const add = (mediaType: string, bytes: Buffer): Part => {
    const hex = createHash("sha256").update(bytes).digest("hex");
    writeFileSync(join(blobs, hex), bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  const addJson = (mediaType: string, value: unknown): Part =>
    add(mediaType, Buffer.from(JSON.stringify(value)));
  const emptyTar = Buffer.alloc(1024);
  const images = platforms.map((platform) => {
    const [os, architecture] = platform.split("/");
    const layer = add("application/vnd.oci.image.layer.v1.tar+gzip", gzipSync(emptyTar));
    const diff = `sha256:${createHash("sha256").update(emptyTar).digest("hex")}`;
    const rootfs = { type: "layers", diff_ids: [diff] };
    const config = addJson(OCI_CONFIG, { os, architecture, config: {}, rootfs });
    const image = addJson(OCI_IMAGE, { schemaVersion: 2, mediaType: OCI_IMAGE, config, layers: [layer] });
    return { ...image, platform: { os, architecture } };
  });
  const [first] = images;
  const root =
    images.length === 1 && first
      ? first
      : addJson(OCI_INDEX, { schemaVersion: 2, mediaType: OCI_INDEX, manifests: images });
  const named = { ...root, annotations: { "org.opencontainers.image.ref.name": tag } };
  writeFileSync(join(folder, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [named] }));
  writeFileSync(join(folder, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
}
