/**
 * docr stores the name of its fallback helper in a note, one for each environment and config file. The launcher can then start
 * that helper without docr. The launcher and docr both compile this file.
 */
import { encodeKey, type ReadVariable } from "./key.ts";

/** Set for the fallback helper. If docr finds it set, the fallback helper has called docr again. */
export const FALLBACK_ACTIVE = "DOCR_BESIDE";

/** The variables that name the fallback helper, or that can make docr reject its settings. */
export const FALLBACK_KEY_VARIABLES: readonly string[] = [
  "DOCR_FALLBACK",
  "DOCR_STORE",
  "HOME",
  "XDG_CONFIG_HOME",
];

/** The text whose SHA-256 names the note's file. `config` is the same as for a cached response. */
export function fallbackKeyText(variable: ReadVariable, config: string): string {
  return encodeKey("docr-fallback-1", FALLBACK_KEY_VARIABLES, variable, config);
}

/** The name of the note's file. `digest` is the SHA-256 of the key text in hexadecimal. */
export function fallbackFileName(digest: string): string {
  return "fallback-" + digest;
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
