import { createHash } from "node:crypto";
import { runTool } from "./commands.ts";
import type { ReleaseFacts } from "./facts.ts";

/** A part of the executables that npm does not know. */
export interface BundledPart {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly license: string;
  /** https://github.com/package-url/purl-spec */
  readonly purl: string;
}

interface Bom {
  readonly metadata: { readonly component: object; readonly [key: string]: unknown };
  readonly components: readonly object[];
  readonly [key: string]: unknown;
}

/**
 * Returns the bill of materials in CycloneDX's JSON: npm's own, with a serial number and a time that depend only on the commit, and with
 * the parts that are not npm packages.
 */
export function createBom(root: string, facts: ReleaseFacts, parts: readonly BundledPart[]): string {
  const { name, version, commit, epoch } = facts;
  const text = runTool("npm", ["sbom", "--omit=dev", "--sbom-format=cyclonedx"], { cwd: root });
  const bom: Bom = JSON.parse(text);
  const others = parts.map((part) => ({
    "bom-ref": part.purl,
    type: "library",
    name: part.name,
    version: part.version,
    purl: part.purl,
    licenses: [{ expression: part.license }],
  }));
  return `${JSON.stringify(
    {
      ...bom,
      serialNumber: `urn:uuid:${uuidOf(`${name} ${version} ${commit}`)}`,
      metadata: {
        ...bom.metadata,
        timestamp: new Date(epoch * 1000).toISOString(),
        component: { ...bom.metadata.component, type: "application", name },
      },
      components: [...bom.components, ...others],
    },
    undefined,
    2,
  )}\n`;
}

/** A UUID of version 8, whose bits a program may choose (RFC 9562). */
function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
