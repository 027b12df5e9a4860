/**
 * Parses image names exactly as docker does (distribution/reference, `ParseNormalizedNamed`). With any difference, docr could send
 * a credential to another registry than the client would.
 */
import { HelperError } from "./errors.ts";

/** An image's name in docker's normal form. */
export interface Image {
  /** As written, with the port if there is one. `docker.io` by default. */
  readonly host: string;
  /** With the prefix `library/` if Docker Hub needs it. */
  readonly repository: string;
  /** Undefined if the text has none. Clients then use the digest, or `latest`. */
  readonly tag: string | undefined;
  /** `sha256:…` */
  readonly digest: string | undefined;
}

export const DOCKER_HUB = "docker.io";

/** Characters. No valid name is longer. */
const MAX_TEXT = 1024;
const MAX_REPOSITORY = 255;

const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[a-f0-9:]+\])$/i;
const PORT = /^\d{1,5}$/;
const PATH = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
/** The algorithms that docker supports (opencontainers/go-digest). */
const DIGEST = /^(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$/;
/** docker treats this as the id of a local image, never as a name. */
const IMAGE_ID = /^[a-f0-9]{64}$/;

/** Throws `bad-image`, naming the part that is wrong. */
export function parseImage(text: string): Image {
  if (text === "") throw bad("the image name is empty");
  if (text.length > MAX_TEXT) throw bad(`the image name is longer than ${MAX_TEXT} characters`);
  if (IMAGE_ID.test(text)) throw bad("64 hexadecimal digits are an image id, not an image name");
  if (/^https?:\/\//i.test(text))
    throw bad("an image name starts with the host, without http:// or https://");
  const { host, rest } = splitHost(text);
  checkHost(host);
  const [named, digest] = cut(rest, "@");
  const [path, tag] = cut(named, ":");
  const repository = host === DOCKER_HUB && !path.includes("/") ? `library/${path}` : path;
  checkRepository(path, repository);
  if (tag !== undefined && !isTag(tag)) {
    throw bad("the image's tag must be 1 to 128 letters, digits, _, . and -, and must not start with . or -");
  }
  if (digest !== undefined && !isDigest(digest)) {
    throw bad("the image's digest must be sha256: and 64 lower-case hexadecimal digits");
  }
  return { host, repository, tag, digest };
}

/** Whether the text is a digest with an algorithm that docker supports. */
export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** The host of the registry's API. Docker Hub's API has a different host than its image names. */
export function registryApiHost(host: string): string {
  return host === DOCKER_HUB ? "registry-1.docker.io" : host;
}

/** The key under which docker stores the host's login. Docker Hub's is a historical URL. */
export function clientKeyOf(host: string): string {
  return host === DOCKER_HUB ? "https://index.docker.io/v1/" : host;
}

/**
 * The first segment is a host if it contains a full stop, a colon or a capital letter, or if it is `localhost`. Otherwise the whole
 * text is a name on Docker Hub.
 */
function splitHost(text: string): { readonly host: string; readonly rest: string } {
  const [first, rest] = cut(text, "/");
  if (rest === undefined) return { host: DOCKER_HUB, rest: text };
  if (first === "index.docker.io") return { host: DOCKER_HUB, rest };
  if (first === "localhost" || /[.:A-Z]/.test(first)) return { host: first, rest };
  return { host: DOCKER_HUB, rest: text };
}

/** Uses anchored ASCII patterns, as in address.ts, so that every client reads the result as the same host. */
function checkHost(host: string): void {
  const colon = host.endsWith("]") ? -1 : host.lastIndexOf(":");
  const name = colon < 0 ? host : host.slice(0, colon);
  const port = colon < 0 ? undefined : host.slice(colon + 1);
  if (name.length > 253 || !DOMAIN.test(name)) throw bad("the image's host is not a valid host name");
  if (port !== undefined && !PORT.test(port)) throw bad("the port of the image's host is not a number");
}

function checkRepository(path: string, repository: string): void {
  if (repository.length > MAX_REPOSITORY) {
    throw bad(`the image's repository is longer than ${MAX_REPOSITORY} characters`);
  }
  if (PATH.test(path)) return;
  if (path === "") throw bad("the image name has no repository");
  if (PATH.test(path.toLowerCase())) throw bad("the image's repository must be in lower case");
  throw bad("the image's repository must be lower-case letters and digits, separated by single ., _, / or -");
}

function cut(text: string, at: string): [before: string, after: string | undefined] {
  const index = text.indexOf(at);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + at.length)];
}

function bad(message: string): HelperError {
  return new HelperError("bad-image", message);
}
