import type { Settings } from "./settings.ts";
import type { ApiToken } from "../registry/api-token.ts";

/** SHA-256 of the UTF-8 text, as 64 lower-case hex digits. */
export type Sha256 = (text: string) => string;

/**
 * The name under which a minted credential is kept: which API, whose token, which registry and access a
 * `get` means. A token from the environment takes part through SHA-256 alone, and has 256 random bits (its
 * shape is checked), so nothing can be got back from the name. A token in the keychain takes part as the
 * word "keychain", so that a warm `get` never has to open it.
 */
export function entryKey(
  settings: Settings,
  token: ApiToken | undefined,
  registry: string | undefined,
  sha256: Sha256,
): string {
  const whose = token === undefined ? "keychain" : token.secret.digest(sha256);
  return sha256([settings.apiUrl, whose, registry ?? "", settings.access].join("\n"));
}
