/** Node's own modules, by name. */
export type LoadBuiltin = NodeJS.Process["getBuiltinModule"];

const loaded = new Map<string, unknown>();

/**
 * Loads a part of the program from an asset in the executable at its first use. A cached `get` therefore does not load it.
 * The build replaces each dynamic import with a call to this function.
 *
 * The executable starts with --no-rehash-snapshot, which turns off the code cache of Node's own modules. A `heavy` part
 * loads many of them, so this turns the cache on again first. Loading node:v8 for that costs 5 ms, too much for a `light`
 * part. V8 accepts a part's own code cache only under the flags that it was made with. A light part loaded after a heavy
 * one is therefore compiled anew; this happens only where other work takes longer (DOCR_STORE=file).
 */
export function loadAsset(name: string, weight: "light" | "heavy", load: LoadBuiltin): unknown {
  if (!loaded.has(name)) loaded.set(name, runAsset(name, weight, load));
  return loaded.get(name);
}

function runAsset(name: string, weight: "light" | "heavy", load: LoadBuiltin): unknown {
  if (weight === "heavy") load("node:v8").setFlagsFromString("--rehash-snapshot");
  const { getAsset, getRawAsset } = load("node:sea");
  const { Script } = load("node:vm");
  const script = new Script(getAsset(`${name}.cjs`, "utf8"), {
    filename: `docr:${name}`,
    cachedData: Buffer.from(getRawAsset(`${name}.cache`)),
  });
  const module: { exports: unknown } = { exports: {} };
  script.runInThisContext()(load, module, module.exports, loadAsset);
  return module.exports;
}
