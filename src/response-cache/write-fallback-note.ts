import type { SecretStore } from "../core/secret-store.ts";
import { Secret } from "../core/secret.ts";

/** The prefix of the notes in the private files. */
const NOTE = "fallback-";

/**
 * Tells the launcher which fallback helper it can run directly in this environment. Best effort: without the note, the launcher
 * starts docr each time. `name` is the note's file name. There must be no note while docr's own store has logins, because docr
 * then has to check the helper's response.
 */
export async function writeFallbackNote(
  files: SecretStore | undefined,
  name: string | undefined,
  helper: string,
  hasOwnLogins: () => boolean,
): Promise<void> {
  if (!files || name === undefined || hasOwnLogins()) return;
  try {
    await files.write(name, new Secret(helper));
    // Another process may have stored a login in the meantime.
    if (hasOwnLogins()) await files.erase(name);
  } catch {
    // The folder is not writable.
  }
}

/** Erases the notes for every environment. */
export async function eraseFallbackNotes(folders: readonly SecretStore[]): Promise<void> {
  for (const files of folders) {
    for (const name of (await files.entries(NOTE)).keys()) await files.erase(name);
  }
}
