/**
 * Names a cached response after everything that it depends on. The launcher and docr both compile this file, so they cannot
 * disagree. The launcher's compiler supports only plain strings, numbers and functions here.
 */

/** Returns the value of an environment variable, or undefined if it is not set. */
export type ReadVariable = (name: string) => string | undefined;

/**
 * Every variable that the response depends on. The key contains their raw values, so the launcher needs no parser. If a setting
 * is spelled differently, the key differs and docr runs once more.
 */
export const KEY_VARIABLES: readonly string[] = [
  "DIGITALOCEAN_ACCESS_TOKEN",
  "DIGITALOCEAN_TOKEN",
  "DIGITALOCEAN_API_URL",
  "DIGITALOCEAN_OAUTH_URL",
  "DIGITALOCEAN_CONTEXT",
  "DOCR_REGISTRY",
  "DOCR_ACCESS",
  "DOCR_TTL",
  "DOCR_CACHE",
  "DOCR_STORE",
  "DOCR_FALLBACK",
  "DOCR_AGE_IDENTITY_FILE",
  "PASSWORD_STORE_DIR",
  "HOME",
  "XDG_DATA_HOME",
];

/**
 * If one of these is set, even to an empty value, the launcher does not use cached responses. docr must then run: to read a token
 * file, to write a trace, or to detect that its fallback helper called docr again.
 */
export const BYPASS_VARIABLES: readonly string[] = [
  "DIGITALOCEAN_ACCESS_TOKEN_FILE",
  "DOCR_LOG",
  "DOCR_BESIDE",
];

/** Whether docr must answer every request in this environment itself. */
export function isBypassed(variable: ReadVariable): boolean {
  for (const name of BYPASS_VARIABLES) {
    if (variable(name) !== undefined) return true;
  }
  return false;
}

/**
 * The text whose SHA-256 names the file of the cached response. `config` is "=" followed by the config file's text, or "" if
 * the file is missing. `registry` is the registry that the address names, or "".
 */
export function keyText(variable: ReadVariable, config: string, registry: string): string {
  return encodeKey("docr-warm-2 " + registry, KEY_VARIABLES, variable, config);
}

/** The name of the cached response's file. `digest` is the SHA-256 of the key text in hexadecimal. */
export function responseFileName(digest: string): string {
  return "warm-" + digest;
}

/** Encodes the variables' values and the config unambiguously: each value follows its length. */
export function encodeKey(
  magic: string,
  names: readonly string[],
  variable: ReadVariable,
  config: string,
): string {
  let text = magic;
  for (const name of names) {
    const value = variable(name);
    // "=" distinguishes an empty variable from one that is not set.
    const field = value === undefined ? "" : "=" + value;
    text += "\n" + String(field.length) + ":" + field;
  }
  return text + "\n" + config;
}

/** The path of docr's config file on Linux. `home` and `xdg` are HOME and XDG_CONFIG_HOME, or "". Returns "" without a home. */
export function configPath(home: string, xdg: string): string {
  if (xdg.startsWith("/")) return xdg + "/docr/config.json";
  return home === "" ? "" : home + "/.config/docr/config.json";
}

/** The private folder of the cached responses on Linux: in XDG_RUNTIME_DIR, or else in shared memory. */
export function responseFolder(runtimeDir: string, uid: number): string {
  return runtimeDir.startsWith("/") ? runtimeDir + "/docr" : "/dev/shm/docr-" + String(uid);
}
