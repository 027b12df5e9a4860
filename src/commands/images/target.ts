import { HelperError, isHelperError } from "../../core/errors.ts";
import type { Option } from "../command.ts";
import { DOCKER_HUB, parseImage } from "../../core/image.ts";

/** What a person named: a registry, or an image in one. */
export interface Target {
  /** In small letters where a host was named; an image's is as it was written, as for docker. */
  readonly host: string;
  /** Undefined where the host alone was named. */
  readonly repository: string | undefined;
}

const SCHEME = /^https?:\/\//i;
/** A name without a path that could be an image of Docker Hub too: people mean the host where there is a dot or a port. */
const BARE_HOST =
  /^(?:localhost|[^:/@]+\.[^:/@]+|\[[^\]/@]+\]|(?:localhost|[^:/@]+\.[^:/@]+|\[[^\]/@]+\]):\d+)$/i;
/** Docker Hub as its registry, its index and docker's config name it. */
const HUB = /^(?:docker\.io|index\.docker\.io(?:\/v1)?|registry-1\.docker\.io(?:\/v2)?)$/i;

/**
 * A host in any of the spellings that people have for one (`ghcr.io`, `https://ghcr.io/`, `GHCR.IO`, `localhost:5000`,
 * `https://index.docker.io/v1/`), or an image. Throws `bad-arguments` for a host that is none, `bad-image` for an image.
 */
export function parseTarget(text: string): Target {
  const address = text.replace(SCHEME, "").replace(/\/{1,4}$/, "");
  if (HUB.test(address)) return { host: DOCKER_HUB, repository: undefined };
  const isUrl = address !== text && SCHEME.test(text);
  if (isUrl || BARE_HOST.test(address)) {
    const [host = ""] = address.split("/", 1);
    return { host: checkedHost(host.toLowerCase()), repository: undefined };
  }
  const { host, repository } = parseImage(text);
  return { host, repository };
}

/** The same for where a host alone is meant. */
export function parseHost(text: string): string {
  const { host, repository } = parseTarget(text);
  if (repository === undefined) return host;
  throw new HelperError("bad-arguments", "that is the name of an image, not of a registry", {
    hint: `name the registry alone: ${host}`,
  });
}

/** A host is one where an image in it would be one for docker. */
function checkedHost(host: string): string {
  try {
    if (parseImage(`${host}/x`).host === host) return host;
  } catch (error) {
    if (!isHelperError(error)) throw error;
  }
  throw new HelperError("bad-arguments", "that is no registry's host", {
    hint: "name it as for docker login: ghcr.io, localhost:5000",
  });
}

/** Whose configuration is meant, and under which key. */
export interface ClientOptions {
  readonly client: "docker" | "podman";
  readonly key?: string | undefined;
}

export const CLIENT_OPTION = {
  kind: "value",
  value: "client",
  description: "the client whose configuration counts",
  choices: ["docker", "podman"],
  default: "docker",
} as const satisfies Option;

export const KEY_OPTION = {
  kind: "value",
  value: "address",
  description: "the key that the login is under, where it is not the registry's own",
} as const satisfies Option;

/** Throws `bad-arguments` for a key that no client could have. */
export function checkedKey(key: string | undefined): string | undefined {
  if (key === undefined || /^[^\u0000-\u001f\u007f]+$/.test(key)) return key;
  throw new HelperError("bad-arguments", "--key takes an address, as it stands in the client's file");
}

/** Text from files and helpers as it may go to a terminal: nothing in it is taken for a command. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "?");
}
