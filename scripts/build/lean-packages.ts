/** Leaves parts of packages out of the bundles that docr does not use (src/app/startup/README.md). */
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Plugin } from "esbuild";

const UNDICI = join(import.meta.dirname, "undici");
const load = createRequire(import.meta.url);

/** Puts in only the few modules of undici that docr uses, without its HTTP/2, node:assert and node:http. */
export function leanUndici(): Plugin {
  return {
    name: "lean-undici",
    setup(bundler) {
      bundler.onResolve({ filter: /^undici$/ }, () => ({ path: join(UNDICI, "undici.cjs") }));
      bundler.onResolve({ filter: /^node:(?:assert|http)$/ }, ({ path, importer }) =>
        /[\\/]node_modules[\\/]undici[\\/]/.test(importer)
          ? { path: join(UNDICI, `${path.slice("node:".length)}.cjs`) }
          : undefined,
      );
      bundler.onResolve({ filter: /^\.\/tree$/ }, ({ importer }) =>
        /[\\/]undici[\\/]lib[\\/]core[\\/]util\.js$/.test(importer)
          ? { path: join(UNDICI, "tree.cjs") }
          : undefined,
      );
      // undici uses only these two of the parser's constants. It would compute all of them each time.
      bundler.onLoad({ filter: /[\\/]undici[\\/]lib[\\/]llhttp[\\/]constants\.js$/ }, ({ path }) => {
        const { ERROR, TYPE }: Record<string, unknown> = load(path);
        return { contents: `module.exports = ${JSON.stringify({ ERROR, TYPE })};` };
      });
      // One parser is enough. This one runs on every processor.
      bundler.onResolve({ filter: /\/llhttp_simd-wasm\.js$/ }, ({ resolveDir }) => ({
        path: join(resolveDir, "..", "llhttp", "llhttp-wasm.js"),
      }));
      bundler.onResolve({ filter: /\/client-h2\.js$/ }, () => ({ path: "HTTP/2", namespace: "absent" }));
      // undici loads these for a request body of the class FormData. docr sends texts.
      bundler.onResolve({ filter: /^\.\.\/web\// }, ({ importer }) =>
        /[\\/]undici[\\/]lib[\\/](?:core|dispatcher)[\\/]/.test(importer)
          ? { path: "FormData", namespace: "absent" }
          : undefined,
      );
      bundler.onLoad({ filter: /.*/, namespace: "absent" }, ({ path }) => ({
        contents: `module.exports = () => { throw new Error("${path} is not in this program"); };`,
      }));
    },
  };
}

/** Leaves node:child_process out of commander, which needs it only for commands that are separate programs. */
export function leanCommander(): Plugin {
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
