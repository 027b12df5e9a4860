import type { SecretStore } from "../core/secret-store.ts";
import { Secret } from "../core/secret.ts";
import type { ResponseKeyOptions } from "./read.ts";
import { helperNote, KEYCHAIN_NOTE, noteFileName, noteKeyText } from "./shared/other-registry-note.ts";

/** The prefixes of the notes in the private files. Earlier versions used the second one. */
const NOTES = ["other-", "fallback-"];

export interface OtherRegistryNotePorts {
  /** The private files that the launcher reads. Undefined if there are none. */
  readonly files: () => SecretStore | undefined;
  readonly key: ResponseKeyOptions;
  readonly settings: () => OtherRegistrySettings;
  /** Whether docr's own store may hold logins of other registries. */
  readonly hasOwnLogins: () => boolean;
}

/** The settings for other registries. */
export interface OtherRegistrySettings {
  /** The text of the config file that these settings are from. Undefined without a file. */
  readonly configText: string | undefined;
  readonly fallback: string | undefined;
  readonly isKeychain: boolean;
}

/**
 * Returns a function that tells the launcher how docr answers a `get` of another registry in this environment. Best effort: without the
 * note, the launcher starts docr each time. There must be no note of a fallback helper while docr's own store has logins, because docr
 * then has to check the helper's response.
 */
export function createOtherRegistryNote({
  files,
  key: { env, sha256 },
  settings,
  hasOwnLogins,
}: OtherRegistryNotePorts): () => Promise<void> {
  const write = async (): Promise<void> => {
    const { configText, fallback, isKeychain } = settings();
    const mayNote = (): boolean => (fallback === undefined ? isKeychain : !hasOwnLogins());
    const folder = files();
    if (!folder || !mayNote()) return;
    const config = configText === undefined ? "" : `=${configText}`;
    const name = noteFileName(sha256(noteKeyText((variable) => env[variable], config)));
    await folder.write(name, new Secret(fallback === undefined ? KEYCHAIN_NOTE : helperNote(fallback)));
    // Another process may have stored a login in the meantime.
    if (!mayNote()) await folder.erase(name);
  };
  // The folder may not be writable.
  return () => write().catch(() => undefined);
}

/** Erases the notes for every environment. */
export async function eraseOtherRegistryNotes(folders: readonly SecretStore[]): Promise<void> {
  for (const files of folders) {
    for (const name of (await files.entries(...NOTES)).keys()) await files.erase(name);
  }
}
