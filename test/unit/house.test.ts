import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, posix } from "node:path";
import { build, transformSync } from "esbuild";
import { describe, expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";

const PROJECT = join(import.meta.dirname, "../..");
const SOURCES = readdirSync(join(PROJECT, "src"), { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".ts"))
  .toSorted();

const textOf = (path: string): string => readFileSync(join(PROJECT, path), "utf8");
const sourceOf = (path: string): string => textOf(`src/${path}`);

/** The room that a file of src is in; files that lie in no folder are rooms of their own. */
const roomOf = (path: string): string => path.split("/")[0] ?? path;

/** What the file imports, types included: paths in src, `node:…`, or packages. */
function importsOf(path: string): readonly string[] {
  const found = sourceOf(path).matchAll(
    /^\s*(?:import|export)\b(?:[^"';]*?\bfrom)?\s*"([^"]+)"|\bimport\(\s*"([^"]+)"/gm,
  );
  return Array.from(found, ([, fixed, lazy]) => fixed ?? lazy ?? "").map((name) =>
    name.startsWith(".") ? posix.join(posix.dirname(path), name) : name,
  );
}

/** The code without types, without comments on lines of their own, and without the contents of strings. */
function codeOf(path: string): string {
  const { code } = transformSync(sourceOf(path), { loader: "ts", legalComments: "none" });
  return code.replace(/^\s*\/\/.*$/gm, "").replace(/"(?:[^"\\\n]|\\.)*"/g, '""');
}

const LEAVES = new Set(["errors.ts", "secret.ts"]);

/** The floors of src/README.md: what each room may import from src beside itself. */
const FLOORS: Readonly<Record<string, readonly string[]>> = {
  "main.ts, early.ts, run.ts, compose.ts, open-keychain.ts, people.ts, network.ts, streams.ts, assets.ts, sha256.ts, version.ts":
    ["everything"],
  "door/": ["warm"],
  "warm/": ["nothing"],
  "cli/": ["protocol", "helper", "registry", "fallback", "warm", "leaves"],
  "people/": ["verbs", "protocol", "helper", "registry", "config", "leaves"],
  "protocol/": ["helper", "warm", "leaves"],
  "helper/": ["registry", "leaves"],
  "registry/": ["leaves"],
  "http/": ["port types", "registry", "config", "leaves"],
  "digitalocean/": ["port types", "registry", "config", "http", "leaves"],
  "distribution/": ["port types", "registry", "config", "http", "leaves"],
  "keychain/": ["port types", "config", "leaves"],
  "runtime/": ["port types", "config", "registry", "protocol", "warm", "leaves"],
  "fallback/": ["warm", "leaves"],
  "config/": ["port types", "registry", "warm", "leaves"],
  "clients/": ["port types", "registry", "config", "leaves"],
  "verbs/": ["people", "clients", "helper", "protocol", "registry", "config", "leaves"],
  "errors.ts, secret.ts": ["nothing"],
};

/** The files of src that are under the floor. */
function filesUnder(floor: string): readonly string[] {
  const names = floor.split(", ");
  return SOURCES.filter((path) =>
    names.some((name) => path === name || (name.endsWith("/") && path.startsWith(name))),
  );
}

/** Whether a file on a floor with these permissions may import the other one. */
function mayImport(allowed: readonly string[], other: string): boolean {
  if (allowed.includes("everything") || allowed.includes(roomOf(other))) return true;
  if (LEAVES.has(other)) return allowed.includes("leaves");
  return (roomOf(other) === "helper" || other === "people/ports.ts") && allowed.includes("port types");
}

const DOMAIN = new Set(["helper", "registry", "protocol"]);

describe("the scan", () => {
  it("finds every import that esbuild finds", async () => {
    const { metafile } = await build({
      entryPoints: SOURCES.map((path) => join(PROJECT, "src", path)),
      outdir: join(PROJECT, "dist"),
      absWorkingDir: PROJECT,
      bundle: true,
      write: false,
      metafile: true,
      platform: "node",
      format: "esm",
      packages: "external",
    });
    const missed = SOURCES.flatMap((path) => {
      const theirs = metafile.inputs[`src/${path}`]?.imports ?? [];
      const names = theirs.map((one) => one.path.replace(/^src\//, ""));
      return names.filter((name) => !importsOf(path).includes(name)).map((name) => `${path}: ${name}`);
    });
    expect(missed).toEqual([]);
    expect(Object.keys(metafile.inputs).length).toBeGreaterThan(20);
  });

  it("finds imports of types too", () => {
    expect(importsOf("helper/ports.ts")).toContain("registry/credential.ts");
  });
});

describe("the floors", () => {
  it("are those of src/README.md", () => {
    const rows = Array.from(
      sourceOf("README.md").matchAll(/^\| (`.+?) \|.*\| (.+?) \|$/gm),
      ([, rooms, allowed]) => [rooms?.replaceAll("`", ""), allowed?.split(";")[0]?.split(", ")],
    );
    expect(Object.fromEntries(rows)).toEqual(FLOORS);
  });

  it("hold every file of src", () => {
    const held = Object.keys(FLOORS).flatMap(filesUnder);
    expect(held.toSorted()).toEqual(SOURCES);
  });

  it.each(Object.entries(FLOORS))("have %s import nothing but %j", (floor, allowed) => {
    const wrong = filesUnder(floor).flatMap((path) =>
      importsOf(path)
        .filter((name) => name.endsWith(".ts") && roomOf(name) !== roomOf(path))
        .filter((name) => !mayImport(allowed, name))
        .map((name) => `${path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it.each(Object.entries(FLOORS).filter(([, allowed]) => allowed.includes("port types")))(
    "have %s import types alone of the domain",
    (floor) => {
      const wrong = filesUnder(floor).filter((path) =>
        /^import(?!\s+type\b)[^"';]*from\s*"\.\.\/(?:helper|people)\//m.test(sourceOf(path)),
      );
      expect(wrong).toEqual([]);
    },
  );

  it.each(SOURCES.filter((path) => DOMAIN.has(roomOf(path))))(
    "keep the domain free of Node's modules and of packages: %s",
    (path) => {
      expect(importsOf(path).filter((name) => !name.endsWith(".ts"))).toEqual([]);
    },
  );

  it.each([
    ["undici", "http"],
    ["keytar", "keychain"],
  ])("have %s in src/%s alone", (name, room) => {
    const users = SOURCES.filter((path) => importsOf(path).includes(name));
    expect(users).not.toEqual([]);
    expect([...new Set(users.map(roomOf))]).toEqual([room]);
  });

  it("have packages for dependencies, and no others", () => {
    const packages = SOURCES.flatMap(importsOf).filter(
      (name) => !name.endsWith(".ts") && !name.startsWith("node:"),
    );
    const names = packages.map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0]);
    expect(new Set(names)).toEqual(new Set(Object.keys(readPackage("dependencies"))));
  });

  it("have none but the two programs' main files name the process", () => {
    const naming = SOURCES.filter((path) => /\bprocess\b(?!-)/.test(codeOf(path)));
    expect(naming).toEqual(["door/door.ts", "main.ts"]);
  });

  it("have no import that src does not hold", () => {
    const missing = SOURCES.flatMap(importsOf).filter(
      (name) => name.endsWith(".ts") && !SOURCES.includes(name),
    );
    expect(missing).toEqual([]);
  });
});

describe("every file of src", () => {
  it.each(SOURCES)("has no default export: %s", (path) => {
    expect(codeOf(path)).not.toMatch(/\bexport\s+default\b|\bas default\b/);
  });

  it("opens no secret but where one must leave", () => {
    const opening = SOURCES.filter((path) => /\breveal\b/.test(codeOf(path)));
    expect(opening.filter((path) => roomOf(path) !== "keychain")).toEqual([
      "helper/records.ts",
      "http/exchange.ts",
      "protocol/answers.ts",
      "runtime/private-files.ts",
      "runtime/turns.ts",
      "secret.ts",
      "verbs/credential-forms.ts",
      "verbs/migrate-logins.ts",
      "verbs/pull-secret.ts",
      // Has an option of that name.
      "verbs/resolve.ts",
    ]);
  });

  // The packed program's lazy assets can load them by require alone (ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING).
  it.each(SOURCES)("imports Node's modules at its top alone: %s", (path) => {
    expect(sourceOf(path)).not.toMatch(/\bimport\(\s*"node:/);
  });

  it.each(SOURCES)("is small enough to read whole: %s", (path) => {
    expect(sourceOf(path).split("\n").length).toBeLessThanOrEqual(250);
  });

  it.each(SOURCES)("has a name in small letters and hyphens: %s", (path) => {
    expect(path).toMatch(/^(?:[a-z]+\/)?[a-z][a-z0-9]*(?:-[a-z0-9]+)*\.ts$/);
    expect(path).not.toMatch(/util|common|manager|service|misc/);
  });
});

describe("the packages", () => {
  it("are pinned exactly", () => {
    const all = { ...readPackage("dependencies"), ...readPackage("devDependencies") };
    const exact = /^(?:npm:(?:@[^/]+\/)?[^@]+@)?\d+\.\d+\.\d+$/;
    expect(Object.entries(all).filter(([, range]) => !exact.test(String(range)))).toEqual([]);
  });

  it("come under the names that were asked for", () => {
    expect(readPackage("devDependencies")).toMatchObject({
      pkg: expect.stringMatching(/^npm:@yao-pkg\/pkg@/),
    });
    expect(readPackage("dependencies")).toMatchObject({
      keytar: expect.stringMatching(/^npm:@github\/keytar@/),
    });
  });

  it("still hold pkg's inside that the build imports", () => {
    const load = createRequire(import.meta.url);
    const sea: unknown = load("pkg/lib-es5/sea.js");
    expect(typeof Object(sea).default).toBe("function");
  });

  it("run no scripts at their installation but Node's own", () => {
    const allowed = Object.entries(readPackage("allowScripts")).filter(
      ([, isAllowed]) => isAllowed !== false,
    );
    expect(allowed).toEqual([["node", true]]);
  });
});

/** Not variables of the environment: what the build puts into the executable. */
const STAMPED: ReadonlySet<string> = new Set(["DOCR_PACKAGE", "DOCR_VERSION"]);

const TRACKED = listTracked();

describeUnless(TRACKED ? undefined : "needs git and a clone", "what is tracked", () => {
  it("names no registry of packages: everybody installs from their own", () => {
    // Written so that this file does not name them either.
    const hosts = /npm[j]s\.(?:org|com)|yarn[p]kg\.com|npm[m]irror/;
    expect(TRACKED?.filter((path) => hosts.test(textOf(path)))).toEqual([]);
  });

  it("has a lock file without addresses", () => {
    const lock = textOf("package-lock.json");
    expect(lock).toContain('"integrity"');
    expect(lock).not.toMatch(/"resolved"/);
  });

  it("has neither built files nor packages", () => {
    expect(TRACKED?.filter((path) => /^(?:dist|node_modules|\.cache)\//.test(path))).toEqual([]);
  });

  it("has no API token", () => {
    expect(
      TRACKED?.filter((path) => /do[a-z]_v1_(?!([0-9a-f])\1{63})[0-9a-f]{64}/.test(textOf(path))),
    ).toEqual([]);
  });
});

describe("README.md", () => {
  const variables = [
    ...new Set(
      SOURCES.flatMap((path) =>
        Array.from(sourceOf(path).matchAll(/"((?:DOCR|DIGITALOCEAN)_[A-Z_]+)"/g), ([, name = ""]) => name),
      ),
    ),
  ].filter((name) => !STAMPED.has(name));

  it("is about some variables", () => {
    expect(variables).toContain("DOCR_TTL");
  });

  it.each(variables)("has %s in its table", (name) => {
    expect(textOf("README.md")).toMatch(new RegExp(`^\\|[^|]*\`${name}\``, "m"));
  });
});

function readPackage(field: string): Record<string, unknown> {
  const manifest: unknown = JSON.parse(textOf("package.json"));
  return { ...Object(Object(manifest)[field]) };
}

/** Returns the files that git tracks and that exist, or undefined without git, without a clone, or in another user's. */
function listTracked(): readonly string[] | undefined {
  const { status, stdout } = spawnSync("git", ["ls-files", "-z"], { cwd: PROJECT, encoding: "utf8" });
  if (status !== 0) return undefined;
  return stdout.split("\0").filter((path) => path !== "" && existsSync(join(PROJECT, path)));
}
