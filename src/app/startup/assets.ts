/** Node's own modules, by name. */
export type LoadBuiltin = NodeJS.Process["getBuiltinModule"];

const loaded = new Map<string, unknown>();

/**
 * A part of the program that lies as an asset of its own inside the executable, run at its first use, so that a warm `get` does
 * not pay for it. The build puts a call to this in the place of dynamic imports.
 *
 * The executable starts with --no-rehash-snapshot, which switches the code cache of Node's own modules off. For a
 * `heavy` part, which loads many of them, it is switched on again first; that alone costs 5 ms (loading node:v8), so a
 * light part goes without. Each part's own code cache was made under the flags that it is loaded with; a light part behind a
 * heavy one is compiled without it, which happens where little else is quick either (DOCR_STORE=file).
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
