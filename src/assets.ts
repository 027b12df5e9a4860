import { getAsset, getRawAsset } from "node:sea";
import type * as V8 from "node:v8";
import { Script } from "node:vm";

/**
 * Runs a part of the program that lies as an asset of its own inside the executable, so that a warm `get` does
 * not pay for it. The build puts a call to this in the place of dynamic imports.
 *
 * The executable starts with --no-rehash-snapshot, which switches the code cache of Node's own modules off. For a
 * `heavy` part, which loads many of them, it is switched on again first; that alone costs 5 ms (loading node:v8), so a
 * light part goes without. Each part's own code cache was made under the flags that it is loaded with.
 */
export function loadAsset(name: string, weight: "light" | "heavy", require: NodeJS.Require): unknown {
  if (weight === "heavy") {
    const v8: typeof V8 = require("node:v8");
    v8.setFlagsFromString("--rehash-snapshot");
  }
  const script = new Script(getAsset(`${name}.cjs`, "utf8"), {
    filename: `docr:${name}`,
    cachedData: Buffer.from(getRawAsset(`${name}.cache`)),
  });
  const module: { exports: unknown } = { exports: {} };
  script.runInThisContext()(require, module, module.exports);
  return module.exports;
}
