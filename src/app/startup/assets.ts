/** Node's own modules, by name. */
export type LoadBuiltin = NodeJS.Process["getBuiltinModule"];

/** The part of Node's internals that this file uses. Node is pinned, and test/system/start-up.test.ts notices if it changes. */
interface Internals {
  readonly internalBinding: (name: "v8") => { readonly setFlagsFromString: (flags: string) => void };
}

/** The defaults of V8's flags among START_FLAGS (scripts/build/pack.ts). */
const DEFAULT_FLAGS = ["--rehash-snapshot", "--min-semi-space-size=0"];

const loaded = new Map<string, unknown>();

/**
 * Loads a bundle from the executable at its first use. A cached `get` therefore does not load it. The build replaces each
 * dynamic import of a bundle with a call of this function.
 */
export function loadBundle(name: string, load: LoadBuiltin): unknown {
  if (loaded.size === 0) restoreDefaultFlags(load);
  if (!loaded.has(name)) loaded.set(name, runBundle(name, load));
  return loaded.get(name);
}

/**
 * Makes V8 accept code caches again that were made under its default flags: the one of Node's own modules, and the bundles'. The executable
 * starts with two other flags, and V8 rejects a cache that was made under other flags. Both flags have had their effect by now. The
 * public function for this is in node:v8, which takes 4 ms to load.
 */
function restoreDefaultFlags(load: LoadBuiltin): void {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an internal module has no types
  const { internalBinding } = load("internal/test/binding") as unknown as Internals;
  const { setFlagsFromString } = internalBinding("v8");
  for (const flag of DEFAULT_FLAGS) setFlagsFromString(flag);
}

function runBundle(name: string, load: LoadBuiltin): unknown {
  const { getRawAsset } = load("node:sea");
  const { Script } = load("node:vm");
  // The build writes only ASCII. Decoding it as UTF-8 would take longer.
  const script = new Script(Buffer.from(getRawAsset(`${name}.cjs`)).toString("latin1"), {
    filename: `docr:${name}`,
    cachedData: Buffer.from(getRawAsset(`${name}.cache`)),
  });
  const module: { exports: unknown } = { exports: {} };
  script.runInThisContext()(load, module, module.exports, loadBundle);
  return module.exports;
}
