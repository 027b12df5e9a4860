/**
 * Names a cached response after everything that it depends on. The launcher and docr compile this same file, so they
 * cannot disagree. The launcher's compiler takes plain strings, numbers and functions.
 */

/** The value of an environment variable, undefined if it is not set. */
export type ReadVariable = (name: string) => string | undefined;

/** The only server URL whose responses are cached. docker, podman and skopeo send it in this spelling. */
export const CACHED_SERVER_URL = "registry.digitalocean.com";

/**
 * Every variable that the response depends on. The key holds their raw values, so the launcher needs no parser. A
 * different spelling of the same setting is a different key, and costs one run of docr.
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
 * If one of these is set, even to nothing, the response cache is bypassed: docr reads a token file, writes a log, or
 * detects that its fallback helper called docr again.
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
 * The text whose SHA-256 names the file of the cached response. `config` is the config file's text with "=" in front of
 * it, or empty if there is no such file.
 */
export function keyText(variable: ReadVariable, config: string): string {
  return encodeKey("docr-warm-1", KEY_VARIABLES, variable, config);
}

/** The name of the cached response's file, from the SHA-256 of its key text in hexadecimal. */
export function responseFileName(digest: string): string {
  return "warm-" + digest;
}

/** An unambiguous text of the variables' values and the config. Each value has its length in front of it. */
export function encodeKey(
  magic: string,
  names: readonly string[],
  variable: ReadVariable,
  config: string,
): string {
  let text = magic;
  for (const name of names) {
    const value = variable(name);
    // "=" tells a variable that is set to nothing from one that is not set.
    const shown = value === undefined ? "" : "=" + value;
    text += "\n" + String(shown.length) + ":" + shown;
  }
  return text + "\n" + config;
}

/** docr's config file on Linux. `home` and `xdg` are HOME and XDG_CONFIG_HOME, or empty. Empty if there is no home. */
export function configPath(home: string, xdg: string): string {
  if (xdg.startsWith("/")) return xdg + "/docr/config.json";
  return home === "" ? "" : home + "/.config/docr/config.json";
}

/** The private folder of the cached responses on Linux: in XDG_RUNTIME_DIR, else in shared memory. */
export function responseFolder(runtimeDir: string, uid: number): string {
  return runtimeDir.startsWith("/") ? runtimeDir + "/docr" : "/dev/shm/docr-" + String(uid);
}
