import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { build, type BuildOptions, type Plugin } from "esbuild";

/**
 * The modules that are loaded by `import()` only when they are needed, by the names of their assets. A heavy one loads
 * many of Node's own modules (src/assets.ts).
 */
const LAZY = {
  run: { path: "run.ts", weight: "light" },
  early: { path: "early.ts", weight: "light" },
  people: { path: "people.ts", weight: "light" },
  prompts: { path: "people/prompts.ts", weight: "heavy" },
  doctl: { path: "config/doctl.ts", weight: "light" },
  network: { path: "network.ts", weight: "heavy" },
  "age-vault": { path: "keychain/age-vault.ts", weight: "heavy" },
} as const;

/** The flag that the executable starts with, and that a light asset is loaded with (scripts/build/pack.ts). */
const START_FLAG = "--no-rehash-snapshot";

function optionsFor(root: string, { packageName, version }: Stamp) {
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
    plugins: [lazyAssets(root), leanUndici(), leanCommander()],
    // Its main file hides its parts from a bundler.
    alias: { "jsonc-parser": "jsonc-parser/lib/esm/main.js" },
  } as const satisfies BuildOptions;
}

/** What is stamped into every bundle. */
export interface Stamp {
  readonly packageName: string;
  readonly version: string;
}

/** The file that starts: everything but the lazy modules and keytar, which lie beside it as assets. */
export async function bundleMain(root: string, work: string, stamp: Stamp): Promise<string> {
  const outfile = join(work, "main.cjs");
  await build({
    ...optionsFor(root, stamp),
    entryPoints: [join(root, "src/main.ts")],
    outfile,
  });
  return outfile;
}

/** Each lazy module as `NAME.cjs`, a function of require, module and exports, with V8's code cache for it. */
export async function bundleAssets(
  root: string,
  work: string,
  stamp: Stamp,
): Promise<Record<string, string>> {
  const assets: Record<string, string> = {};
  for (const [name, { path, weight }] of Object.entries(LAZY)) {
    const file = `${name}.cjs`;
    const cache = `${name}.cache`;
    const result = await build({
      ...optionsFor(root, stamp),
      entryPoints: [join(root, "src", path)],
      write: false,
      banner: { js: "(function (require, module, exports) {" },
      footer: { js: "})" },
    });
    writeFileSync(join(work, file), result.outputFiles[0]?.contents ?? "");
    // In a process of its own: the cache is taken only under the flags that it was made with.
    execFileSync(process.execPath, [
      ...(weight === "light" ? [START_FLAG] : []),
      join(import.meta.dirname, "code-cache.cjs"),
      join(work, file),
      join(work, cache),
      `docr:${name}`,
    ]);
    assets[file] = join(work, file);
    assets[cache] = join(work, cache);
  }
  return assets;
}

/** Puts a load of the asset in the place of each `import()` of a lazy module. */
function lazyAssets(root: string): Plugin {
  return {
    name: "lazy-assets",
    setup(bundler) {
      bundler.onResolve({ filter: /^\./ }, ({ path, kind, resolveDir }) => {
        if (kind !== "dynamic-import") return undefined;
        const wanted = relative(join(root, "src"), resolve(resolveDir, path));
        const [name, lazy] = Object.entries(LAZY).find(([, one]) => one.path === wanted) ?? [];
        return name === undefined ? undefined : { path: name, namespace: "asset", pluginData: lazy?.weight };
      });
      bundler.onLoad({ filter: /.*/, namespace: "asset" }, ({ path, pluginData }) => ({
        contents: `const { loadAsset } = require("./assets.ts"); module.exports = loadAsset("${path}", "${pluginData}", require);`,
        resolveDir: join(root, "src"),
      }));
    },
  };
}

/** The few modules of undici that we use in the place of its index, and nothing in the place of its HTTP/2. */
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

/** Commander can start verbs that are programs of their own. None of ours is, and node:child_process takes 2 ms to load. */
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
