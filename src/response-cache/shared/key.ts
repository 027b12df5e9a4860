/**
 * Which finished answer a bare `get` for our host means. Shared by the launcher and the full program, source file for
 * source file, so that they cannot disagree; plain strings and numbers alone, for the compiler of the launcher.
 */

/** The only server URL that has finished answers: what docker, podman and skopeo send. */
export const CACHED_SERVER_URL = "registry.digitalocean.com";

/**
 * Every variable that takes part in what is answered. Their raw texts are the name, so that nobody needs to know what
 * they mean: another text is another answer, and costs one run of the full program.
 */
export const DECIDING_VARIABLES: readonly string[] = [
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

/** With one of these set to anything, every answer is the full program's: a file to read, a log to write, a circle to break. */
export const DEFERRING_VARIABLES: readonly string[] = [
  "DIGITALOCEAN_ACCESS_TOKEN_FILE",
  "DOCR_LOG",
  "DOCR_BESIDE",
];

/**
 * The text whose SHA-256 names the answer's file. `values` are those of the deciding variables, in their order, each
 * with "=" in front, or empty where the variable is not set. `config` is our config file's text, with "=" in front, or empty
 * where there is none.
 */
export function keyText(values: readonly string[], config: string): string {
  let text = "docr-warm-1";
  for (const value of values) text += "\n" + String(value.length) + ":" + value;
  return text + "\n" + config;
}

/** The file's name in the private folder, by the SHA-256 of the text above. */
export function responseFileName(digest: string): string {
  return "warm-" + digest;
}

/** Our config file's place on Linux; empty without a home. `home` and `xdg` are HOME and XDG_CONFIG_HOME, empty where not set. */
export function configPath(home: string, xdg: string): string {
  if (xdg.startsWith("/")) return xdg + "/docr/config.json";
  return home === "" ? "" : home + "/.config/docr/config.json";
}

/** The private folder where the file lies on Linux: of the user's session, else of shared memory. */
export function responseFolder(runtimeDir: string, uid: number): string {
  return runtimeDir.startsWith("/") ? runtimeDir + "/docr" : "/dev/shm/docr-" + String(uid);
}
