/**
 * Which other helper answers for a host that is not ours, as the full program last found it from the same environment and
 * config file. Shared by the launcher and the full program.
 */

/** Set for the other helper: whoever finds it and would hand on again has been led back to itself. */
export const FALLBACK_ACTIVE = "DOCR_BESIDE";

/** The variables that decide it, or that can make the full program refuse. */
export const FALLBACK_VARIABLES: readonly string[] = [
  "DOCR_FALLBACK",
  "DOCR_STORE",
  "HOME",
  "XDG_CONFIG_HOME",
];

/** The text whose SHA-256 names the note's file; `values` and `config` as for a finished answer. */
export function fallbackKeyText(values: readonly string[], config: string): string {
  let text = "docr-fallback-1";
  for (const value of values) text += "\n" + String(value.length) + ":" + value;
  return text + "\n" + config;
}

export function fallbackFileName(digest: string): string {
  return "fallback-" + digest;
}

/** The last part of another helper's name: part of a command's name, and not ourselves, who would call ourselves without end. */
export function isHelperName(name: string): boolean {
  if (name.length < 1 || name.length > 64 || name === "docr") return false;
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i);
    const isLetter = (c >= 65 && c <= 90) || (c >= 97 && c <= 122);
    const isDigit = c >= 48 && c <= 57;
    if (!isLetter && !isDigit && c !== 45 && c !== 46 && c !== 95) return false;
  }
  return true;
}

/**
 * Whether an address is certainly not ours, without knowing the grammar: plain address characters, and our host's name
 * nowhere in it. What is not certain goes to the full program.
 */
export function isCertainlyOtherHost(address: string): boolean {
  if (address === "") return false;
  let folded = "";
  for (let i = 0; i < address.length; i++) {
    const c = address.charCodeAt(i);
    const isUpper = c >= 65 && c <= 90;
    const isPlain = isUpper || (c >= 97 && c <= 122) || (c >= 45 && c <= 58) || c === 95;
    if (!isPlain) return false;
    folded += String.fromCharCode(isUpper ? c + 32 : c);
  }
  return !folded.includes("digitalocean");
}
