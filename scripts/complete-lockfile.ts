/**
 * Adds optional packages of other platforms to package-lock.json. If a registry mirror lacks them, `npm install` drops them
 * from the lockfile, and `npm ci` then rejects it. Run this after you change a dependency.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

interface Entry {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

const OSES = new Set([
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
]);
const CPUS = new Set(["arm", "arm64", "ia32", "loong64", "ppc64", "riscv64", "s390x", "wasm32", "x64"]);

const path = join(resolve(import.meta.dirname, ".."), "package-lock.json");
const lock: { packages: Record<string, Entry> } = JSON.parse(readFileSync(path, "utf8"));
const { "": root, ...packages } = lock.packages;
if (!root) throw new Error("package-lock.json has no root package");

const added: Record<string, Entry> = {};
for (const [parent, entry] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    if (key in packages || `${parent}/${key}` in packages) continue;
    const platform = platformOf(name);
    if (platform)
      added[key] = {
        version,
        ...(entry.dev && { dev: true }),
        license: entry.license ?? "MIT",
        optional: true,
        ...platform,
      };
  }
}
const all = Object.entries({ ...packages, ...added }).toSorted(([a], [b]) => (a < b ? -1 : 1));
lock.packages = { "": root, ...Object.fromEntries(all) };
writeFileSync(path, `${JSON.stringify(lock, undefined, 2)}\n`);
console.log(`added ${Object.keys(added).length} packages for other platforms to package-lock.json`);

/** The fields that npm compares with the machine, from the package's name ("@oxlint/binding-linux-x64-musl"). */
function platformOf(name: string): Record<string, string[]> | undefined {
  const words = name.split("/").at(-1)?.split("-") ?? [];
  const os = words.filter((word) => OSES.has(word));
  if (os.length === 0) return undefined;
  const cpu = words.filter((word) => CPUS.has(word));
  const libc = os.includes("linux") ? [words.some((word) => word.startsWith("musl")) ? "musl" : "glibc"] : [];
  return { os, ...(cpu.length > 0 && { cpu }), ...(libc.length > 0 && { libc }) };
}
