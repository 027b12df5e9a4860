import { createHash } from "node:crypto";
import type { Content } from "./docker-hub.ts";

/** Manifests as registries store them. */

export function contentOf(mediaType: string, value: unknown): Content {
  return { mediaType, bytes: Buffer.from(JSON.stringify(value)) };
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

export const OCI_IMAGE = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
export const OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
export const SCHEMA_2 = "application/vnd.docker.distribution.manifest.v2+json";
export const DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";

/** An image with layers of 1000 and 500 bytes, and its config. */
export function createImage(
  mediaType: string,
  platform: Readonly<Record<string, string>>,
): { readonly manifest: Content; readonly config: Buffer; readonly contentBytes: number } {
  const config = Buffer.from(JSON.stringify({ ...platform, rootfs: { type: "layers", diff_ids: [] } }));
  const layerOf = (size: number) => ({
    mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
    digest: digestOf(Buffer.from(`layer of ${size}`)),
    size,
  });
  const manifest = contentOf(mediaType, {
    schemaVersion: 2,
    mediaType,
    config: {
      mediaType: mediaType === OCI_IMAGE ? OCI_CONFIG : "application/vnd.docker.container.image.v1+json",
      digest: digestOf(config),
      size: config.length,
    },
    layers: [layerOf(1000), layerOf(500)],
  });
  return { manifest, config, contentBytes: config.length + 1500 };
}

/** An index with images for these platforms (`linux/arm64/v8`) and an attestation, as buildx writes it. */
export function createIndex(mediaType: string, platforms: readonly string[]): Content {
  const manifests = [...platforms, "unknown/unknown"].map((platform) => {
    const [os, architecture, variant] = platform.split("/");
    return {
      mediaType: OCI_IMAGE,
      digest: digestOf(Buffer.from(platform)),
      size: 500,
      platform: { os, architecture, ...(variant !== undefined && { variant }) },
    };
  });
  return contentOf(mediaType, { schemaVersion: 2, mediaType, manifests });
}
