import { getRawAsset, isSea } from "node:sea";
import { loadAddon } from "./addon.ts";
import type { Keytar } from "./keychain.ts";

/** The name of keytar's native part inside the executable. */
export const KEYTAR_ASSET = "keytar.node";

/**
 * keytar: its native part alone inside the executable, the package itself elsewhere. Throws where libsecret
 * is not on the machine. `dlopen` is the process's own.
 */
export async function loadKeytar(
  dlopen: (module: { exports: unknown }, path: string) => void,
  temporaryDir: () => string,
): Promise<Keytar> {
  if (!isSea()) return (await import("keytar")).default;
  const module = { exports: {} };
  loadAddon(new Uint8Array(getRawAsset(KEYTAR_ASSET)), (path) => dlopen(module, path), temporaryDir);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- native code has no types; keytar.d.ts gives them
  return module.exports as Keytar;
}
