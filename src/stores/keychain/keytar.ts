import { type AddonPlaces, loadAddon } from "./addon.ts";
import type { Keytar } from "./keytar-keychain.ts";

/** The name of keytar's native addon inside the executable. */
const KEYTAR_ASSET = "keytar.node";

/** What loading a native addon needs from the process. */
export interface AddonHost extends AddonPlaces {
  /** A file inside the executable. Undefined if docr runs from its sources. */
  readonly asset: (name: string) => Uint8Array | undefined;
  readonly dlopen: (module: { exports: unknown }, path: string) => void;
}

/** Loads the addon inside the executable, or the package from sources. Throws if libsecret is not on the machine. */
export async function loadKeytar(host: AddonHost): Promise<Keytar> {
  const bytes = host.asset(KEYTAR_ASSET);
  if (!bytes) return (await import("keytar")).default;
  const module = { exports: {} };
  loadAddon(bytes, (path) => host.dlopen(module, path), host);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the types of the native code are in keytar.d.ts
  return module.exports as Keytar;
}
