import { REGISTRY_HOST } from "../../core/address.ts";
import { HelperError, isHelperError } from "../../core/errors.ts";
import { clientKeyOf, DOCKER_HUB, type Image, parseImage } from "../../core/image.ts";
import type { Option } from "../command.ts";

/** A registry by its host, in lower case. */
export interface RegistryTarget {
  readonly host: string;
  readonly repository?: undefined;
}

/** A registry, or an image in one. */
export type Target = RegistryTarget | Image;

const URL_SCHEME = /^https?:\/\//i;
/** skopeo's prefix for images. */
const DOCKER_SCHEME = /^docker:\/\//i;
/** A name without a path. It could be an image on Docker Hub, but with a dot or a port, users mean a host. */
const BARE_HOST =
  /^(?:localhost|[^:/@]+\.[^:/@]+|\[[^\]/@]+\]|(?:localhost|[^:/@]+\.[^:/@]+|\[[^\]/@]+\]):\d+)$/i;
/** The names of Docker Hub: of its registry, its index, and in docker's config. */
const HUB = /^(?:docker\.io|index\.docker\.io(?:\/v1)?|registry-1\.docker\.io(?:\/v2)?)$/i;
/** The path of a registry's API. */
const API_PATH = /^v[12](?:\/|$)/;

/**
 * Parses a host in any common spelling (`ghcr.io`, `https://ghcr.io/`, `GHCR.IO`, `localhost:5000`,
 * `https://index.docker.io/v1/`), or an image, which may start with `docker://`, `https://` or `http://`. Throws
 * `bad-arguments` for an invalid host, `bad-image` for an invalid image.
 */
export function parseTarget(written: string): Target {
  const text = written.replace(DOCKER_SCHEME, "");
  const address = text.replace(URL_SCHEME, "").replace(/\/{1,4}$/, "");
  if (HUB.test(address)) return { host: DOCKER_HUB };
  if (BARE_HOST.test(address)) return { host: parseBareHost(address.toLowerCase()) };
  if (!URL_SCHEME.test(text)) return parseImage(text);
  const slash = address.indexOf("/");
  const [start, path] =
    slash < 0 ? [address, ""] : [address.slice(0, slash), address.slice(slash).replace(/^\/+/, "")];
  const host = parseBareHost(start.toLowerCase());
  return path === "" || API_PATH.test(path) ? { host } : parseImage(`${host}/${path}`);
}

/** Parses only a host. Throws `bad-arguments` for an image. */
export function parseHost(text: string): string {
  const { host, repository } = parseTarget(text);
  if (repository === undefined) return host;
  throw new HelperError("bad-arguments", "this is the name of an image, not of a registry", {
    hint: `name the registry only: ${host}`,
  });
}

/** Whether this is an image. On DigitalOcean's host, a path with one name is a registry; images have at least two. */
export function isImage(target: Target): target is Image {
  if (target.repository === undefined) return false;
  const { host, repository, tag, digest } = target;
  return host !== REGISTRY_HOST || repository.includes("/") || (tag ?? digest) !== undefined;
}

/** The server URL for a `get`. It includes the path only for DigitalOcean's host, where the path names one of several registries. */
export function serverUrlOf({ host, repository }: Pick<Target, "host" | "repository">): string {
  return host === REGISTRY_HOST && repository !== undefined ? `${host}/${repository}` : clientKeyOf(host);
}

/** A host is valid if docker would accept an image in it. */
function parseBareHost(host: string): string {
  try {
    if (parseImage(`${host}/x`).host === host) return host;
  } catch (error) {
    if (!isHelperError(error)) throw error;
  }
  throw new HelperError("bad-arguments", "this is not the host of a registry", {
    hint: "write it as for docker login: ghcr.io, localhost:5000",
  });
}

export const CLIENT_OPTION = {
  kind: "value",
  value: "client",
  description: "Client whose configuration is used",
  choices: ["docker", "podman"],
  default: "docker",
} as const satisfies Option;

export const KEY_OPTION = {
  kind: "value",
  value: "address",
  description: "Key of the login in the client's file (default: the registry's own)",
} as const satisfies Option;

/** Throws `bad-arguments` if no client can have this key. */
export function parseKey(key: string | undefined): string | undefined {
  if (key === undefined || /^[^\u0000-\u001f\u007f]+$/.test(key)) return key;
  throw new HelperError("bad-arguments", "--key must be an address, as in the client's file");
}
