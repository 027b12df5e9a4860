/**
 * Decides whether an address is DigitalOcean's registry. docr uses an API token only for that registry.
 *
 * The check is an anchored ASCII grammar and an exact comparison. `new URL()` would turn full-width letters, percent escapes,
 * embedded tabs and ideographic full stops into the registry's name.
 */

/** The host of DigitalOcean's registry, as docker, podman and the API's `auths` entry spell it. */
export const REGISTRY_HOST = "registry.digitalocean.com";

/** The meaning of a server URL that a client sent. */
export type Address =
  /** DigitalOcean's registry. `registry` is the first path segment, not validated. Undefined if there is no path. */
  | { readonly kind: "digitalocean"; readonly registry: string | undefined }
  /**
   * Another registry. Spellings that differ only in scheme, case of the host or final slashes have the same `key`, and so do
   * all names of Docker Hub.
   */
  | { readonly kind: "other"; readonly key: string };

const DIGITALOCEAN =
  /^(?:[Hh][Tt][Tt][Pp][Ss]?:\/\/)?([A-Za-z0-9.-]{1,253})(?::443)?((?:\/[A-Za-z0-9._-]+)*)\/*$/;
const SCHEME = /^[Hh][Tt][Tt][Pp][Ss]?:\/\//;
/** The key of Docker Hub's login. */
export const HUB_KEY = "index.docker.io/v1";
/** Docker Hub's names: docker's own (`https://index.docker.io/v1/`), podman's (`docker.io`) and its API's. */
const HUB = /^(?:docker\.io|index\.docker\.io|registry-1\.docker\.io)(?::443)?(?:\/v[12])?$/;
const REGISTRY_NAME = /^[a-z0-9-]{1,63}$/;

export function parseAddress(text: string): Address {
  const match = DIGITALOCEAN.exec(text);
  if (match?.[1]?.toLowerCase() === REGISTRY_HOST) {
    const first = match[2]?.split("/")[1];
    // Clients also send the API's base path, `/v1` or `/v2`. It is never a registry's name.
    const isApiVersion = first === "v1" || first === "v2";
    return { kind: "digitalocean", registry: isApiVersion ? undefined : first };
  }
  return { kind: "other", key: otherKey(text) };
}

/**
 * The key includes the path: Docker Hub's `https://index.docker.io/v1/`, `…/v1/access-token` and
 * `…/v1/refresh-token` are three logins (docker/cli, `docker logout` and the Hub's OAuth login).
 */
function otherKey(text: string): string {
  const bare = dropFinalSlashes(text.replace(SCHEME, ""));
  const slash = bare.indexOf("/");
  const host = slash < 0 ? bare : bare.slice(0, slash);
  const key = host.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) + bare.slice(host.length);
  return HUB.test(key) ? HUB_KEY : key;
}

/** Returns the host in an address's key, for display. Undefined if the key does not start with a plain host: it may contain a password. */
export function plainHostOf(key: string): string | undefined {
  return /^[a-z0-9.-]{1,253}(?::\d{1,5})?(?=\/|$)/.exec(key)?.[0];
}

/** A loop, because the pattern `/\/+$/` takes quadratic time. */
function dropFinalSlashes(text: string): string {
  let end = text.length;
  while (text[end - 1] === "/") end -= 1;
  return text.slice(0, end);
}

/** Whether the text can be a registry's name at DigitalOcean (the API's `^[a-z0-9-]{1,63}$`). */
export function isRegistryName(text: string): boolean {
  return REGISTRY_NAME.test(text);
}
