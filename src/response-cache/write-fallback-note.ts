import type { SecretStore } from "../core/secret-store.ts";
import { Secret } from "../core/secret.ts";

/**
 * Returns the fallback helper's name, and tells the launcher about it in this environment, so that the launcher runs it
 * directly. Best effort: without the note, the launcher asks docr each time.
 */
export function withFallbackNote(
  helper: string | undefined,
  files: () => SecretStore | undefined,
  noteName: () => string | undefined,
): string | undefined {
  if (helper === undefined) return undefined;
  const store = files();
  const name = store && noteName();
  if (store && name !== undefined) store.write(name, new Secret(helper)).catch(() => undefined);
  return helper;
}
