/** Parses manifests and configs of images (OCI image and distribution specifications, docker's schemas 1 and 2). */
import { isJsonObject, parseJsonObject, type JsonObject } from "../core/json.ts";
import { isDigest } from "../core/image.ts";
import { malformed } from "./registry-failures.ts";

const DOCKER = "application/vnd.docker.distribution.manifest";
const SCHEMA_2 = `${DOCKER}.v2+json`;
const LIST = `${DOCKER}.list.v2+json`;
const OCI_IMAGE = "application/vnd.oci.image.manifest.v1+json";
const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
const SCHEMA_1 = `${DOCKER}.v1+json`;
const SIGNED_SCHEMA_1 = `${DOCKER}.v1+prettyjws`;

const INDEXES: ReadonlySet<string> = new Set([LIST, OCI_INDEX]);
const IMAGES: ReadonlySet<string> = new Set([SCHEMA_2, OCI_IMAGE]);
const SCHEMA_1_TYPES: ReadonlySet<string> = new Set([SCHEMA_1, SIGNED_SCHEMA_1]);
const CONFIGS: ReadonlySet<string> = new Set([
  "application/vnd.docker.container.image.v1+json",
  "application/vnd.oci.image.config.v1+json",
]);

/** Every type that docr can read, for `Accept`. Schema 1 comes last, because registries convert to it for old clients. */
export const MANIFEST_TYPES = [...INDEXES, ...IMAGES, ...SCHEMA_1_TYPES].join(", ");

export interface Manifest {
  readonly mediaType: string;
  /** Config and layers together, in bytes. Undefined if the manifest does not say. */
  readonly contentBytes: number | undefined;
  /** The platforms that the manifest itself names. */
  readonly platforms: readonly string[];
  /** The digest of the config, if the config names the platform. */
  readonly config: string | undefined;
  /** The bytes that the digest is computed from. */
  readonly digested: Uint8Array;
}

/** Throws `registry-malformed`. */
export function parseManifest(body: Buffer, contentType: string | undefined, host: string): Manifest {
  const manifest = parseJsonObject(body.toString("utf8"));
  if (!manifest) throw malformed(host, "a manifest that is not a JSON object");
  const mediaType = typeOf(manifest, contentType);
  if (mediaType !== undefined && INDEXES.has(mediaType)) {
    const platforms = list(manifest["manifests"], host).flatMap((entry) => platformOf(entry["platform"]));
    return {
      mediaType,
      contentBytes: undefined,
      platforms: unique(platforms),
      config: undefined,
      digested: body,
    };
  }
  if (mediaType !== undefined && SCHEMA_1_TYPES.has(mediaType)) {
    const digested = manifest["signatures"] === undefined ? body : unsigned(body, manifest, host);
    return {
      mediaType,
      contentBytes: undefined,
      platforms: schema1Platforms(manifest),
      config: undefined,
      digested,
    };
  }
  if (mediaType === undefined || !IMAGES.has(mediaType))
    throw malformed(host, "a manifest of an unknown type");
  const config = isJsonObject(manifest["config"]) ? manifest["config"] : {};
  const parts = [config, ...list(manifest["layers"], host)];
  const contentBytes = parts.reduce((sum, part) => sum + sizeOf(part, host), 0);
  const digest = config["digest"];
  if (typeof digest !== "string" || !isDigest(digest)) throw malformed(host, "a manifest without a config");
  const isImage = typeof config["mediaType"] === "string" && CONFIGS.has(config["mediaType"]);
  return { mediaType, contentBytes, platforms: [], config: isImage ? digest : undefined, digested: body };
}

/** Returns the platform that an image's config names, if any. Throws `registry-malformed`. */
export function platformsOfConfig(body: Buffer, host: string): readonly string[] {
  const config = parseJsonObject(body.toString("utf8"));
  if (!config) throw malformed(host, "an image config that is not a JSON object");
  return platformOf(config);
}

/** Returns the header's type if docr knows it. Otherwise the manifest's own, because some registries always send `application/json`. */
function typeOf(manifest: JsonObject, contentType: string | undefined): string | undefined {
  const sent = contentType?.split(";")[0]?.trim().toLowerCase() ?? "";
  if ([INDEXES, IMAGES, SCHEMA_1_TYPES].some((types) => types.has(sent))) return sent;
  const { mediaType, schemaVersion } = manifest;
  if (typeof mediaType === "string") return mediaType;
  if (schemaVersion === 1) return manifest["signatures"] === undefined ? SCHEMA_1 : SIGNED_SCHEMA_1;
  // In OCI manifests, the type is optional.
  if (Array.isArray(manifest["manifests"])) return OCI_INDEX;
  return Array.isArray(manifest["layers"]) ? OCI_IMAGE : undefined;
}

function list(value: unknown, host: string): readonly JsonObject[] {
  if (Array.isArray(value) && value.every(isJsonObject)) return value;
  throw malformed(host, "a manifest without a valid list");
}

function sizeOf({ size }: JsonObject, host: string): number {
  if (typeof size === "number" && Number.isSafeInteger(size) && size >= 0) return size;
  throw malformed(host, "a manifest without valid sizes");
}

/** Returns a platform such as `linux/arm64/v8`. Returns nothing for an attestation, whose platform is `unknown/unknown`. */
function platformOf(value: unknown): readonly string[] {
  const { os, architecture, variant } = isJsonObject(value) ? value : {};
  if (!isPlainWord(os) || !isPlainWord(architecture) || os === "unknown") return [];
  return [[os, architecture, ...(isPlainWord(variant) ? [variant] : [])].join("/")];
}

function isPlainWord(value: unknown): value is string {
  return typeof value === "string" && /^[A-Za-z0-9._-]{1,32}$/.test(value);
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

/** In schema 1, the platform is in the newest layer's history, as JSON inside JSON. */
function schema1Platforms({ history }: JsonObject): readonly string[] {
  const newest: unknown = Array.isArray(history) ? history[0] : undefined;
  const text = isJsonObject(newest) ? newest["v1Compatibility"] : undefined;
  return typeof text === "string" ? platformOf(parseJsonObject(text)) : [];
}

/** Removes the signatures, which are inside the JSON that they sign. Their protected header says where to cut (libtrust). */
function unsigned(body: Buffer, { signatures }: JsonObject, host: string): Uint8Array {
  const first: unknown = Array.isArray(signatures) ? signatures[0] : undefined;
  const text = isJsonObject(first) ? first["protected"] : undefined;
  const header =
    typeof text === "string" ? parseJsonObject(Buffer.from(text, "base64url").toString("utf8")) : undefined;
  const { formatLength, formatTail } = header ?? {};
  if (typeof formatLength !== "number" || typeof formatTail !== "string" || !(formatLength >= 0)) {
    throw malformed(host, "a signed manifest without a valid payload");
  }
  return Buffer.concat([body.subarray(0, formatLength), Buffer.from(formatTail, "base64url")]);
}
