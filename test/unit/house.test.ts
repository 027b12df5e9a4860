/** The rules for every file of src. Each test lists all offenders. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { build, transformSync } from "esbuild";
import { describe, expect, it } from "vitest";
import { describeWalk, readGenerated } from "../../scripts/house/generated.ts";
import { drawRooms, mayImport, readRooms, type Room, roomOf } from "../../scripts/house/rooms.ts";
import { findCircles, importsOf, listSources, readSource } from "../../scripts/house/sources.ts";
import { walkOneMint } from "../../scripts/house/walk.ts";

const PROJECT = join(import.meta.dirname, "../..");
const SOURCES = listSources(PROJECT);
const ROOMS = readRooms(PROJECT);
const README = readFileSync(join(PROJECT, "src/README.md"), "utf8");

const sourceOf = (path: string): string => readSource(PROJECT, path);
const namesOf = (path: string): readonly string[] => importsOf(PROJECT, path).map(({ to }) => to);
const isIn =
  (room: string): ((path: string) => boolean) =>
  (path) =>
    roomOf(path, ROOMS)?.name === room;

/** The rooms that import the package. */
function roomsOf(name: string): readonly (string | undefined)[] {
  const users = SOURCES.filter((path) => namesOf(path).includes(name));
  return [...new Set(users.map((path) => roomOf(path, ROOMS)?.name))];
}

/** The code without types, without comments on lines of their own, and without the contents of strings. */
function codeOf(path: string): string {
  const { code } = transformSync(sourceOf(path), { loader: "ts", legalComments: "none" });
  return code.replace(/^\s*\/\/.*$/gm, "").replace(/"(?:[^"\\\n]|\\.)*"/g, '""');
}

describe("the scan of imports", () => {
  it("finds every import that esbuild finds, and imports of types", async () => {
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
      const found = metafile.inputs[`src/${path}`]?.imports ?? [];
      const names = found.map((one) => one.path.replace(/^src\//, ""));
      return names.filter((name) => !namesOf(path).includes(name)).map((name) => `${path}: ${name}`);
    });
    expect(missed).toEqual([]);
    expect(importsOf(PROJECT, "core/locks.ts")).toEqual([{ to: "core/errors.ts", isType: true }]);
  });
});

describe("the rooms", () => {
  it("hold every file of src", () => {
    expect(SOURCES.filter((path) => !roomOf(path, ROOMS))).toEqual([]);
  });

  it("import nothing but what the table in src/README.md allows, types included", () => {
    const wrong = SOURCES.flatMap((path) => {
      const room: Room | undefined = roomOf(path, ROOMS);
      return importsOf(PROJECT, path)
        .filter((one) => one.to.endsWith(".ts") && room && !mayImport(room, one, ROOMS))
        .map(({ to }) => `${path} imports ${to}`);
    });
    expect(wrong).toEqual([]);
  });

  it("are in an order in which no room imports upwards", () => {
    const rank = (room: string): number => ROOMS.findIndex(({ name }) => name === room);
    const upwards = ROOMS.filter(({ allowed }) => allowed[0]?.name !== "everything").flatMap((room) =>
      room.allowed
        .map(({ name }) => roomOf(name, ROOMS)?.name ?? name)
        .filter((name) => rank(name) < rank(room.name))
        .map((name) => `${room.name} may import ${name}`),
    );
    expect(upwards).toEqual([]);
  });

  it("have no circle of files, types included", () => {
    expect(findCircles(PROJECT)).toEqual([]);
  });

  it("have at most 20 files in a folder", () => {
    const folders = Map.groupBy(SOURCES, (path) => path.slice(0, path.lastIndexOf("/") + 1));
    const full = [...folders].filter(([, paths]) => paths.length > 20).map(([folder]) => folder);
    expect(full).toEqual([]);
  });

  it("are drawn in src/README.md as the table says", () => {
    expect(readGenerated(README, "rooms")).toBe(drawRooms(ROOMS));
  });
});

describe("one mint", () => {
  it("enters the files that src/README.md lists", async () => {
    const walk = await walkOneMint(PROJECT, ROOMS);
    expect(readGenerated(README, "walk")).toBe(describeWalk(walk, ROOMS));
  });
});

describe("every file of src", () => {
  it("keeps the domain and its values free of Node's modules and of packages", () => {
    const domain = SOURCES.filter((path) => isIn("credentials/")(path) || isIn("core/")(path));
    const wrong = domain.filter((path) => namesOf(path).some((name) => !name.endsWith(".ts")));
    expect(wrong).toEqual([]);
  });

  it("leaves undici, keytar and age to one room each", () => {
    expect([roomsOf("undici"), roomsOf("keytar"), roomsOf("age-encryption")]).toEqual([
      ["http/"],
      ["stores/"],
      ["stores/"],
    ]);
  });

  it("reveals a secret only in the listed files", () => {
    const opening = SOURCES.filter((path) => /\breveal\(/.test(codeOf(path)));
    expect(opening.filter((path) => !isIn("stores/")(path))).toEqual([
      // For the stdin of a background process.
      "app/host.ts",
      "commands/credentials/formats.ts",
      "commands/migrate/destination.ts",
      "commands/pull-secrets/docker-config.ts",
      "core/secret.ts",
      "credentials/codec.ts",
      "http/exchange.ts",
      "kubelet/response.ts",
      "protocol/responses.ts",
    ]);
  });

  it("leaves the process to the entry, the host and the launcher", () => {
    const naming = SOURCES.filter((path) => /\bprocess\b(?!-)/.test(codeOf(path)));
    expect(naming.filter((path) => !isIn("launcher/")(path))).toEqual(["app/host.ts", "main.ts"]);
  });

  it("measures time without the global performance, for which Node loads eight modules", () => {
    expect(SOURCES.filter((path) => /\bperformance\./.test(codeOf(path)))).toEqual([]);
  });

  it("reads files in one place, which bounds each read and never waits, and stdin in another", () => {
    const reading = SOURCES.filter((path) =>
      /\b(?:readFile|readFileSync|createReadStream|readSync|readv)\b/.test(codeOf(path)),
    );
    expect(reading.filter((path) => !isIn("launcher/")(path))).toEqual([
      // The digests of docr's own executables, in a stream.
      "app/file-digest.ts",
      "app/startup/stdin.ts",
      "system/regular-file.ts",
    ]);
  });

  it("exports each name once", () => {
    const exported = SOURCES.flatMap((path) =>
      Array.from(
        sourceOf(path).matchAll(/^export (?:async )?(?:function\*?|const|let|class|interface|type) (\w+)/gm),
        ([, name = ""]) => [name, path] as const,
      ),
    );
    const byName = Map.groupBy(exported, ([name]) => name);
    const twice = [...byName]
      .filter(([, places]) => places.length > 1)
      .map(([name, places]) => `${name}: ${places.map(([, path]) => path).join(", ")}`);
    expect(twice).toEqual([]);
  });

  it("has a name in small letters and hyphens that says what is in it, and no default export", () => {
    const wrong = SOURCES.filter(
      (path) =>
        !/^(?:[a-z]+(?:-[a-z]+)*\/)*[a-z][a-z0-9]*(?:-[a-z0-9]+)*\.ts$/.test(path) ||
        // The Secret Service is an API.
        /util|common|manager|service|misc/.test(path.replace(/^secret-service\//, "")) ||
        /\bexport\s+default\b|\bas default\b/.test(codeOf(path)),
    );
    expect(wrong).toEqual([]);
  });

  it("loads Node's modules at its top alone: a bundle in the executable cannot import them later", () => {
    expect(SOURCES.filter((path) => /\bimport\(\s*"node:/.test(sourceOf(path)))).toEqual([]);
  });
});

describe("the packages", () => {
  const dependencies = readPackage("dependencies");
  const all = { ...dependencies, ...readPackage("devDependencies") };

  it("are those that src imports, pinned exactly, under the names that were asked for", () => {
    const imported = SOURCES.flatMap(namesOf).filter(
      (name) => !name.endsWith(".ts") && !name.startsWith("node:"),
    );
    const names = imported.map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0]);
    expect(new Set(names)).toEqual(new Set(Object.keys(dependencies)));
    const exact = /^(?:npm:(?:@[^/]+\/)?[^@]+@)?\d+\.\d+\.\d+$/;
    expect(Object.entries(all).filter(([, range]) => !exact.test(range))).toEqual([]);
    expect([all["pkg"], all["keytar"]]).toEqual([
      expect.stringMatching(/^npm:@yao-pkg\/pkg@/),
      expect.stringMatching(/^npm:@github\/keytar@/),
    ]);
  });

  it("have a line each in src/README.md", () => {
    const missing = Object.keys(all).filter((name) => !README.includes(name) && !name.startsWith("@types/"));
    expect(missing).toEqual([]);
  });

  it("run no install script but Node's own", () => {
    const allowed = Object.entries(readPackage("allowScripts")).filter(([, isAllowed]) => isAllowed);
    expect(allowed).toEqual([["node", true]]);
  });

  it("still contain pkg's module that the build imports", () => {
    const sea: unknown = createRequire(import.meta.url)("pkg/lib-es5/sea.js");
    expect(typeof Object(sea).default).toBe("function");
  });
});

function readPackage(field: string): Record<string, string> {
  const manifest: unknown = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8"));
  return { ...Object(Object(manifest)[field]) };
}
