import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Target } from "../build/targets.ts";
import { runTool } from "./commands.ts";
import type { ReleaseFacts } from "./facts.ts";

const PROGRAMS = ["docr", "docker-credential-docr"];

/** The name of the package with one target's executables. */
function packageOf({ name }: ReleaseFacts, target: Target): string {
  return `${name}-${target.name}`;
}

/** Makes the npm package with one target's executables. Returns its file name. */
export function packPlatform(
  product: string,
  target: Target,
  facts: ReleaseFacts,
  work: string,
  output: string,
): string {
  const folder = newFolder(work, `npm-${target.name}`);
  for (const part of ["bin", "lib"]) cpSync(join(product, part), join(folder, part), { recursive: true });
  return pack(folder, output, {
    ...manifestOf(facts),
    name: packageOf(facts, target),
    description: `${facts.description.summary}: the executables for ${target.name}`,
    os: ["linux"],
    cpu: [target.arch],
    libc: [target.libc],
    files: ["bin", "lib"],
    preferUnplugged: true,
  });
}

/**
 * Makes the npm package that users install. npm installs the one platform package that fits the machine. No package has an install
 * script: a short shell script finds the executables. Returns its file name.
 */
export function packMain(
  targets: readonly Target[],
  product: string,
  facts: ReleaseFacts,
  work: string,
  output: string,
): string {
  const folder = newFolder(work, "npm");
  mkdirSync(join(folder, "bin"));
  for (const program of PROGRAMS) {
    const path = join(folder, "bin", program);
    writeFileSync(path, starterOf(program, targets, facts));
    chmodSync(path, 0o755);
  }
  mkdirSync(join(folder, "man"));
  cpSync(join(product, "share/man/man1/docr.1"), join(folder, "man/docr.1"));
  return pack(folder, output, {
    ...manifestOf(facts),
    name: facts.name,
    description: facts.description.summary,
    bin: Object.fromEntries(PROGRAMS.map((program) => [program, `bin/${program}`])),
    man: "man/docr.1",
    optionalDependencies: Object.fromEntries(
      targets.map((target) => [packageOf(facts, target), facts.version]),
    ),
  });
}

/** npm links a package's programs, so the script first follows the link to itself. */
function starterOf(program: string, targets: readonly Target[], facts: ReleaseFacts): string {
  const names = targets.map((target) => packageOf(facts, target)).join(" ");
  return `#!/bin/sh
self=$(readlink -f -- "$0") || self=$0
modules=\${self%/*/*/*}
for package in ${names}; do
  for folder in "$modules/${facts.name}/node_modules" "$modules"; do
    if [ -x "$folder/$package/bin/${program}" ]; then
      exec "$folder/$package/bin/${program}" "$@"
    fi
  done
done
echo "docr: npm installed no executables for this machine; npm install must not omit optional packages" >&2
exit 1
`;
}

function manifestOf({ version, license, homepage }: ReleaseFacts): Readonly<Record<string, unknown>> {
  return { version, license, ...(homepage === undefined ? {} : { homepage }) };
}

function newFolder(work: string, name: string): string {
  const folder = join(work, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

function pack(folder: string, output: string, manifest: Readonly<Record<string, unknown>>): string {
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return runTool("npm", ["pack", "--silent", "--pack-destination", output], { cwd: folder }).trim();
}
