import { loadAddon } from "./addon.ts";
import type { Keytar } from "./keychain.ts";

/** The name of keytar's native part inside the executable. */
const KEYTAR_ASSET = "keytar.node";

/** What loading native code takes of the process. */
export interface AddonHost {
  /** A file inside the executable; undefined where the program is no executable. */
  readonly asset: (name: string) => Uint8Array | undefined;
  readonly dlopen: (module: { exports: unknown }, path: string) => void;
  /** As the system names it; everybody may write there. */
  readonly temporaryDir: () => string;
}

/**
 * keytar: its native part alone inside the executable, the package itself elsewhere. Throws where libsecret
 * is not on the machine.
 */
export async function loadKeytar({ asset, dlopen, temporaryDir }: AddonHost): Promise<Keytar> {
  const bytes = asset(KEYTAR_ASSET);
  if (!bytes) return (await import("keytar")).default;
  const module = { exports: {} };
  loadAddon(bytes, (path) => dlopen(module, path), temporaryDir);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- native code has no types; keytar.d.ts gives them
  return module.exports as Keytar;
}
