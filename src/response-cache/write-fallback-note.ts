import type { SecretStore } from "../core/secret-store.ts";
import { Secret } from "../core/secret.ts";

/**
 * Tells the launcher which fallback helper answers in this environment, so that the launcher runs it directly. Best effort:
 * without the note, the launcher starts docr each time. `name` is the note's file name.
 */
export function writeFallbackNote(
  files: SecretStore | undefined,
  name: string | undefined,
  helper: string,
): void {
  if (files && name !== undefined) files.write(name, new Secret(helper)).catch(() => undefined);
}
