import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { build, type BuildOptions, type Plugin } from "esbuild";
import { START_FLAGS } from "./pack.ts";

/** Bundles that load many of Node's own modules (src/app/startup/assets.ts). */
const HEAVY: ReadonlySet<string> = new Set(["age", "network"]);

interface Bundle {
  readonly name: string;
  /** The entry in src/app/bundles, and the module that it stands for. `import()` of either loads the bundle. */
  readonly paths: readonly string[];
  readonly weight: "light" | "heavy";
}

/** The bundles that `import()` loads on demand: one for each file of src/app/bundles. */
function listBundles(root: string): readonly Bundle[] {
  const folder = join(root, "src/app/bundles");
  return readdirSync(folder).map((file) => {
    const name = file.replace(/\.ts$/, "");
    const path = join(folder, file);
    const [, target] = /^export \* from "(.+)";\n$/.exec(readFileSync(path, "utf8")) ?? [];
    const paths = target === undefined ? [path] : [path, join(folder, target)];
    return { name, paths, weight: HEAVY.has(name) ? "heavy" : "light" };
  });
}

/** The rehearsal normally takes 2 s. */
const REHEARSAL_MS = 120_000;

function optionsFor(root: string, { packageName, version }: Stamp, isMain: boolean) {
  return {
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node26",
    minify: true,
    legalComments: "none",
    logLevel: "warning",
    external: ["keytar"],
    define: { DOCR_PACKAGE: JSON.stringify(packageName), DOCR_VERSION: JSON.stringify(version) },
    plugins: [lazyAssets(root, isMain), leanUndici(), leanCommander()],
    // A bundler cannot follow the imports of the package's main file.
    alias: { "jsonc-parser": "jsonc-parser/lib/esm/main.js" },
  } as const satisfies BuildOptions;
}

/** What is stamped into every bundle. */
export interface Stamp {
  readonly packageName: string;
  readonly version: string;
}

/** Bundles the main file: everything except the lazy modules and keytar, which become assets. */
export async function bundleMain(root: string, work: string, stamp: Stamp): Promise<string> {
  const outfile = join(work, "main.cjs");
  const bundled = await build({
    ...optionsFor(root, stamp, true),
    entryPoints: [join(root, "src/main.ts")],
    minify: false,
    // Then no line starts inside a string, and `compiledAtOnce` can find functions by their lines.
    supported: { "template-literal": false },
    write: false,
  });
  writeFileSync(outfile, compiledAtOnce(bundled.outputFiles[0]?.text ?? ""));
  return outfile;
}

/**
 * Puts every top-level function in parentheses. V8 compiles a function at its first call, and a code cache contains only compiled
 * functions. Node makes the main file's cache without running it, so the cache would contain none, and compiling took half of a
 * cached `get`'s own 1.5 ms. V8 compiles functions in parentheses immediately (https://v8.dev/blog/preparser#pife).
 *
 * esbuild prints a top-level function from the start of a line to a line with only a brace. Each one becomes a variable at the start
 * of the file, because a function declaration is hoisted too.
 *
 * `require`, which the assets also use, returns Node's own modules directly. The standard `require` also prepares each module for
 * `import`, which costs 0.05 ms.
 */
function compiledAtOnce(source: string): string {
  const functions: string[] = [];
  const rest = source.replaceAll(
    /^(?:async )?function (\w+)\(.*\n(?:.*\n)*?\}$/gm,
    (text: string, name: string) => {
      functions.push(`var ${name} = (${text});`);
      return "";
    },
  );
  return `"use strict";\n${functions.join("\n")}\n${rest}`;
}

/** Bundles each lazy module as `NAME.cjs`, a function of require, module and exports, and makes V8's code cache for it. */
export async function bundleAssets(
  root: string,
  work: string,
  stamp: Stamp,
): Promise<Record<string, string>> {
  const assets: Record<string, string> = {};
  const bundles = listBundles(root);
  for (const { name, paths } of bundles) {
    const file = `${name}.cjs`;
    const cache = `${name}.cache`;
    const result = await build({
      ...optionsFor(root, stamp, false),
      entryPoints: [paths[0] ?? ""],
      write: false,
      banner: { js: "(function (require, module, exports, __loadAsset) {" },
      footer: { js: "})" },
    });
    writeFileSync(join(work, file), result.outputFiles[0]?.contents ?? "");
    assets[file] = join(work, file);
    assets[cache] = join(work, cache);
  }
  const weights = Object.fromEntries(bundles.map(({ name, weight }) => [name, weight]));
  execFileSync(
    process.execPath,
    [...START_FLAGS, join(import.meta.dirname, "rehearse.ts"), work, JSON.stringify(weights)],
    { stdio: "inherit", timeout: REHEARSAL_MS },
  );
  return assets;
}

/**
 * Replaces each `import()` of a lazy module with a call that loads the asset. The loader is in the main file, which passes it to each
 * asset, so that no asset is loaded twice.
 */
function lazyAssets(root: string, isMain: boolean): Plugin {
  const source = join(root, "src");
  const loader = JSON.stringify(join(source, "app/startup/assets.ts"));
  const importLoader = isMain ? `\nimport { loadAsset as __loadAsset } from ${loader};\n` : "";
  const bundles = listBundles(root);
  const loadOf = (path: string): string | undefined => {
    const bundle = bundles.find(({ paths }) => paths.includes(path));
    return bundle && `__loadAsset("${bundle.name}", "${bundle.weight}", require)`;
  };
  return {
    name: "lazy-assets",
    setup(bundler) {
      bundler.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (!path.startsWith(source + sep)) return undefined;
        const text = readFileSync(path, "utf8");
        const contents = text.replaceAll(
          /\bimport\("(\.[^"]+)"\)/g,
          (whole, wanted: string) => loadOf(join(dirname(path), wanted)) ?? whole,
        );
        // Append the import, so that line numbers do not change.
        return contents === text ? undefined : { contents: contents + importLoader, loader: "ts" };
      });
      bundler.onResolve({ filter: /^\./ }, ({ path, kind, resolveDir }) => {
        if (kind !== "dynamic-import" || !loadOf(join(resolveDir, path))) return undefined;
        return {
          errors: [{ text: `write import("${path}") of a lazy module on one line, without a comment` }],
        };
      });
    },
  };
}

/** Bundles only the few modules of undici that docr uses, and leaves out its HTTP/2. */
function leanUndici(): Plugin {
  return {
    name: "lean-undici",
    setup(bundler) {
      bundler.onResolve({ filter: /^undici$/ }, () => ({
        path: join(import.meta.dirname, "undici-lean.cjs"),
      }));
      bundler.onResolve({ filter: /\/client-h2\.js$/ }, () => ({ path: "client-h2", namespace: "absent" }));
      bundler.onLoad({ filter: /.*/, namespace: "absent" }, () => ({
        contents: `module.exports = () => { throw new Error("HTTP/2 is not in this program"); };`,
      }));
    },
  };
}

/** Leaves out node:child_process, which takes 2 ms to load. Commander needs it only for commands that are separate programs. */
function leanCommander(): Plugin {
  return {
    name: "lean-commander",
    setup(bundler) {
      bundler.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
        /[\\/]node_modules[\\/]commander[\\/]/.test(importer)
          ? { path: "child_process", namespace: "nothing" }
          : undefined,
      );
      bundler.onLoad({ filter: /.*/, namespace: "nothing" }, () => ({ contents: "module.exports = {};" }));
    },
  };
}
