/**
 * docr notes how it answers a `get` of another registry: from the keychain, or with the fallback helper. There is one note for each
 * environment and config file. The launcher can then do the same without docr. The launcher and docr both compile this file.
 */
import { encodeKey, type ReadVariable } from "./key.ts";

/** Set for the fallback helper. If docr finds it set, the fallback helper has called docr again. */
export const FALLBACK_ACTIVE = "DOCR_BESIDE";

/** The variables that select the store or the fallback helper, or that can make docr reject its settings. */
export const NOTE_VARIABLES: readonly string[] = ["DOCR_FALLBACK", "DOCR_STORE", "HOME", "XDG_CONFIG_HOME"];

/** The text whose SHA-256 names the note's file. `config` is the same as for a cached response. */
export function noteKeyText(variable: ReadVariable, config: string): string {
  return encodeKey("docr-other-1", NOTE_VARIABLES, variable, config);
}

/** The name of the note's file. `digest` is the SHA-256 of the key text in hexadecimal. */
export function noteFileName(digest: string): string {
  return "other-" + digest;
}

/** The note that docr reads the keychain, without a fallback helper. */
export const KEYCHAIN_NOTE = "keychain";
const HELPER = "helper ";

/** The note that docr runs the fallback helper, and has no login of its own. */
export function helperNote(helper: string): string {
  return HELPER + helper;
}

/** The fallback helper that the note names. Undefined for any other text. */
export function helperInNote(note: string): string | undefined {
  if (!note.startsWith(HELPER)) return undefined;
  const helper = note.slice(HELPER.length);
  return isHelperName(helper) ? helper : undefined;
}

/** Whether the text can follow "docker-credential-" in a helper's name. "docr" cannot: docr would call itself. */
export function isHelperName(name: string): boolean {
  if (name.length < 1 || name.length > 64 || name === "docr") return false;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
    const isDigit = code >= 48 && code <= 57;
    if (!isLetter && !isDigit && code !== 45 && code !== 46 && code !== 95) return false;
  }
  return true;
}

/**
 * Whether an address is certainly not DigitalOcean's registry. The launcher has no full address grammar: this checks that the
 * text has only plain address characters and does not contain "digitalocean". If this returns false, docr decides.
 */
export function isCertainlyOtherHost(address: string): boolean {
  if (address === "") return false;
  let lowerCase = "";
  for (let i = 0; i < address.length; i++) {
    const code = address.charCodeAt(i);
    const isUpper = code >= 65 && code <= 90;
    const isPlain = isUpper || (code >= 97 && code <= 122) || (code >= 45 && code <= 58) || code === 95;
    if (!isPlain) return false;
    lowerCase += String.fromCharCode(isUpper ? code + 32 : code);
  }
  return !lowerCase.includes("digitalocean");
}
