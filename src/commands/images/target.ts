import { HelperError, isHelperError } from "../../core/errors.ts";
import type { Option } from "../command.ts";
import { DOCKER_HUB, parseImage } from "../../core/image.ts";

/** A registry, or an image in one. */
export interface Target {
  /** In lower case if the host was named alone. An image's host is as the user wrote it, as for docker. */
  readonly host: string;
  /** Undefined if the host was named alone. */
  readonly repository: string | undefined;
}

const SCHEME = /^https?:\/\//i;
/** A name without a path. It could be an image on Docker Hub, but with a dot or a port users mean a host. */
const BARE_HOST =
  /^(?:localhost|[^:/@]+\.[^:/@]+|\[[^\]/@]+\]|(?:localhost|[^:/@]+\.[^:/@]+|\[[^\]/@]+\]):\d+)$/i;
/** Docker Hub as its registry, its index and docker's config name it. */
const HUB = /^(?:docker\.io|index\.docker\.io(?:\/v1)?|registry-1\.docker\.io(?:\/v2)?)$/i;

/**
 * Parses a host in any common spelling (`ghcr.io`, `https://ghcr.io/`, `GHCR.IO`, `localhost:5000`,
 * `https://index.docker.io/v1/`), or an image. Throws `bad-arguments` for an invalid host, `bad-image` for an invalid image.
 */
export function parseTarget(text: string): Target {
  const address = text.replace(SCHEME, "").replace(/\/{1,4}$/, "");
  if (HUB.test(address)) return { host: DOCKER_HUB, repository: undefined };
  const isUrl = address !== text && SCHEME.test(text);
  if (isUrl || BARE_HOST.test(address)) {
    const [host = ""] = address.split("/", 1);
    return { host: parseBareHost(host.toLowerCase()), repository: undefined };
  }
  const { host, repository } = parseImage(text);
  return { host, repository };
}

/** The same for a host only. Throws `bad-arguments` for an image. */
export function parseHost(text: string): string {
  const { host, repository } = parseTarget(text);
  if (repository === undefined) return host;
  throw new HelperError("bad-arguments", "this is the name of an image, not of a registry", {
    hint: `name the registry only: ${host}`,
  });
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

/** Throws `bad-arguments` for a key that no client can have. */
export function parseKey(key: string | undefined): string | undefined {
  if (key === undefined || /^[^\u0000-\u001f\u007f]+$/.test(key)) return key;
  throw new HelperError("bad-arguments", "--key must be an address, as in the client's file");
}
