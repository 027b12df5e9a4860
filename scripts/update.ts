/**
 * Sets every dependency and the Node base to its newest release, for the weekly workflow, which then runs all tests. package.json names
 * exact versions, so `npm update` would change nothing. A new Node is taken only if npm has it for every target.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import bases from "./build/bases.json" with { type: "json" };
import { runTool } from "./release/commands.ts";
import { PROJECT } from "./steps.ts";

/** The npm package with Node for the build and the tests. Its version is the base's. */
const NODE = "node";

interface Manifest {
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
}

const path = join(PROJECT, "package.json");
const manifest: Manifest = JSON.parse(readFileSync(path, "utf8"));
const node = updateBases();
for (const group of [manifest.dependencies, manifest.devDependencies]) {
  for (const [name, specifier] of Object.entries(group)) {
    group[name] = name === NODE ? node : newestOf(name, specifier);
    if (group[name] !== specifier) console.log(`${name}: ${specifier} -> ${group[name]}`);
  }
}
writeFileSync(path, `${JSON.stringify(manifest, undefined, 2)}\n`);
runTool("npm", ["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"], {
  cwd: PROJECT,
});
runTool(process.execPath, [join(PROJECT, "scripts/complete-lockfile.ts")]);

/** The newest version of a package, in the form of its specifier: `1.2.3`, or `npm:@scope/name@1.2.3` for a fork. */
function newestOf(name: string, specifier: string): string {
  const alias = /^npm:(.+)@[^@]+$/.exec(specifier)?.[1];
  const version = view(alias ?? name, "version");
  return alias === undefined ? version : `npm:${alias}@${version}`;
}

/** Writes bases.json for the newest Node that every target has, and returns its version. */
function updateBases(): string {
  const names = Object.keys(bases.packages);
  const newest = names.map((name) => view(name, "version"));
  const [version = ""] = newest;
  if (newest.some((one) => one !== version) || version === bases.version) return bases.version;
  const packages = Object.fromEntries(
    names.map((name) => [name, view(`${name}@${version}`, "dist.integrity")]),
  );
  writeFileSync(
    join(PROJECT, "scripts/build/bases.json"),
    `${JSON.stringify({ version, packages }, undefined, 2)}\n`,
  );
  console.log(`Node base: ${bases.version} -> ${version}`);
  return version;
}

function view(name: string, field: string): string {
  const found: unknown = JSON.parse(runTool("npm", ["view", name, field, "--json"]));
  if (typeof found === "string") return found;
  throw new Error(`npm knows no ${field} of ${name}`);
}
