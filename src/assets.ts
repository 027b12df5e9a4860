import { getAsset, getRawAsset } from "node:sea";
import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";

/**
 * Runs a part of the program that lies as an asset of its own inside the executable, so that a warm `get` does
 * not pay for it. The build puts a call to this in the place of main's dynamic imports.
 */
export function loadAsset(name: string, require: (id: string) => unknown): unknown {
  // The executable starts with --no-rehash-snapshot, which switches V8's code caches off: on again from here.
  setFlagsFromString("--rehash-snapshot");
  const script = new Script(getAsset(`${name}.cjs`, "utf8"), {
    filename: `docr:${name}`,
    cachedData: Buffer.from(getRawAsset(`${name}.cache`)),
  });
  const module: { exports: unknown } = { exports: {} };
  script.runInThisContext()(require, module, module.exports);
  return module.exports;
}
