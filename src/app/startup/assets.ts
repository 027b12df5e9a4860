/** Node's own modules, by name. */
export type LoadBuiltin = NodeJS.Process["getBuiltinModule"];

const loaded = new Map<string, unknown>();

/**
 * Loads a bundle from the executable at its first use. A cached `get` therefore does not load it. The build replaces each
 * dynamic import of a bundle with a call of this function.
 *
 * The executable starts with --no-rehash-snapshot, which turns off the code cache of Node's own modules. A `heavy` bundle
 * loads many of them, so this function turns that cache on again first. For a `light` bundle, loading node:v8 would cost more
 * than it saves. V8 accepts a bundle's own code cache only under the flags that it was made with. A light bundle loaded after
 * a heavy one is therefore compiled anew; this happens only where other work takes longer (DOCR_STORE=file).
 */
export function loadBundle(name: string, weight: "light" | "heavy", load: LoadBuiltin): unknown {
  if (!loaded.has(name)) loaded.set(name, runBundle(name, weight, load));
  return loaded.get(name);
}

function runBundle(name: string, weight: "light" | "heavy", load: LoadBuiltin): unknown {
  if (weight === "heavy") load("node:v8").setFlagsFromString("--rehash-snapshot");
  const { getAsset, getRawAsset } = load("node:sea");
  const { Script } = load("node:vm");
  const script = new Script(getAsset(`${name}.cjs`, "utf8"), {
    filename: `docr:${name}`,
    cachedData: Buffer.from(getRawAsset(`${name}.cache`)),
  });
  const module: { exports: unknown } = { exports: {} };
  script.runInThisContext()(load, module, module.exports, loadBundle);
  return module.exports;
}
