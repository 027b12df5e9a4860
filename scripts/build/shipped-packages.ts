import { readFileSync } from "node:fs";
import { join } from "node:path";

/** An npm package whose code is in the executable. */
export interface ShippedPackage {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly license: string;
  readonly folder: string;
}

interface LockEntry {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
}

const MODULES = "node_modules/";

/** The runtime dependencies in the lockfile, with their own dependencies, sorted by path. */
export function listShippedPackages(root: string): readonly ShippedPackage[] {
  const lock: { readonly packages: Readonly<Record<string, LockEntry>> } = JSON.parse(
    readFileSync(join(root, "package-lock.json"), "utf8"),
  );
  return Object.entries(lock.packages).flatMap(([path, { version, license, dev, devOptional }]) => {
    if (path === "" || dev === true || devOptional === true) return [];
    if (version === undefined || license === undefined)
      throw new Error(`${path} has no version or license in the lockfile`);
    return [
      {
        name: path.slice(path.lastIndexOf(MODULES) + MODULES.length),
        version,
        license,
        folder: join(root, path),
      },
    ];
  });
}
