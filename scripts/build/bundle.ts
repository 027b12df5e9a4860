import { execFileSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { build, type BuildOptions, type Plugin } from "esbuild";
import { leanCommander, leanUndici } from "./lean-packages.ts";
import { START_FLAGS } from "./pack.ts";

interface Bundle {
  readonly name: string;
  /** The entry in src/app/bundles, and the module that it stands for. `import()` of either loads the bundle. */
  readonly paths: readonly string[];
}

/** The bundles that `import()` loads on demand: one for each file of src/app/bundles. */
function listBundles(root: string): readonly Bundle[] {
  const folder = join(root, "src/app/bundles");
  return readdirSync(folder).map((file) => {
    const name = file.replace(/\.ts$/, "");
    const path = join(folder, file);
    const [, target] = /^export \* from "(.+)";\n$/.exec(readFileSync(path, "utf8")) ?? [];
    const paths = target === undefined ? [path] : [path, join(folder, target)];
    return { name, paths };
  });
}

/** The rehearsal normally takes 2 s. */
const REHEARSAL_MS = 120_000;

function optionsFor(root: string, { packageName, version, commit, baseIntegrity }: Stamp, isMain: boolean) {
  return {
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node26",
    minify: true,
    legalComments: "none",
    logLevel: "warning",
    external: ["keytar"],
    define: {
      DOCR_PACKAGE: JSON.stringify(packageName),
      DOCR_VERSION: JSON.stringify(version),
      DOCR_COMMIT: JSON.stringify(commit),
      DOCR_BASE: JSON.stringify(baseIntegrity),
      // undici looks for this name, which Node's build sets, and then leaves out its experimental parser.
      esbuildDetection: "true",
    },
    plugins: [lazyBundles(root, isMain), leanUndici(), leanCommander()],
    // A bundler cannot follow the imports of the package's main file.
    alias: { "jsonc-parser": "jsonc-parser/lib/esm/main.js" },
  } as const satisfies BuildOptions;
}

/** What is stamped into every bundle. */
export interface Stamp {
  readonly packageName: string;
  readonly version: string;
  /** The commit of git. Empty without git. */
  readonly commit: string;
  /** npm's integrity value of the package with the base. */
  readonly baseIntegrity: string;
}

/** Makes the main file: everything except the bundles and keytar, which become assets. Returns its path. */
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
 * functions. Node makes the main file's cache without running it, so the cache would contain none. V8 compiles functions in
 * parentheses immediately (https://v8.dev/blog/preparser#pife).
 *
 * esbuild prints a top-level function from the start of a line to a line with only a brace. Each one becomes a variable at the start
 * of the file, because a function declaration is hoisted too.
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

/** How to get V8's code caches: a command that runs the target's Node, or a folder with caches that another build made. */
export type CacheSource =
  | { readonly kind: "make"; readonly node: readonly string[] }
  | { readonly kind: "copy"; readonly folder: string };

/**
 * Makes each bundle as `NAME.cjs`, a function of require, module, exports and the loader, and V8's code cache for it as `NAME.cache`.
 * Returns their paths by asset name.
 */
export async function makeBundles(
  root: string,
  work: string,
  stamp: Stamp,
  source: CacheSource,
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
      banner: { js: "(function (require, module, exports, __loadBundle) {" },
      footer: { js: "})" },
    });
    const text = result.outputFiles[0]?.text ?? "";
    // esbuild escapes strings, but not regular expressions. One such character would double the bundle's size in memory.
    const strange = /[^\p{ASCII}]/u.exec(text);
    if (strange)
      throw new Error(`${file} has a character that is not ASCII: ${JSON.stringify(strange[0])}; escape it`);
    writeFileSync(join(work, file), text);
    assets[file] = join(work, file);
    assets[cache] = join(work, cache);
  }
  if (source.kind === "copy") {
    for (const { name } of bundles)
      copyFileSync(join(source.folder, `${name}.cache`), join(work, `${name}.cache`));
    return assets;
  }
  const [node = "", ...before] = source.node;
  const names = bundles.map(({ name }) => name);
  execFileSync(node, [...before, ...START_FLAGS, join(import.meta.dirname, "rehearse.ts"), work, ...names], {
    stdio: "inherit",
    timeout: REHEARSAL_MS,
  });
  return assets;
}

/**
 * Replaces each `import()` of a bundle with a call of `loadBundle`. That function is in the main file, which passes it to each bundle, so
 * that no bundle is loaded twice.
 */
function lazyBundles(root: string, isMain: boolean): Plugin {
  const source = join(root, "src");
  const loader = JSON.stringify(join(source, "app/startup/assets.ts"));
  const importLoader = isMain ? `\nimport { loadBundle as __loadBundle } from ${loader};\n` : "";
  const bundles = listBundles(root);
  const loadOf = (path: string): string | undefined => {
    const bundle = bundles.find(({ paths }) => paths.includes(path));
    return bundle && `__loadBundle("${bundle.name}", require)`;
  };
  return {
    name: "lazy-bundles",
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
          errors: [{ text: `write import("${path}") of a bundle on one line, without a comment` }],
        };
      });
    },
  };
}
