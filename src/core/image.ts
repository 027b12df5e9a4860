/**
 * Names of images, as docker reads them (distribution/reference, `ParseNormalizedNamed`): another reading would ask
 * another registry than the client does, and show it the wrong credential.
 */
import { HelperError } from "./errors.ts";

/** An image as people write it, in docker's normal form (distribution/reference). */
export interface Image {
  /** With the port, if any, as it was written; `docker.io` where the text names none. */
  readonly host: string;
  /** With docker's `library/` where Docker Hub needs it. */
  readonly repository: string;
  /** Undefined where the text names none and no digest: then clients mean `latest`. */
  readonly tag: string | undefined;
  /** `sha256:…` */
  readonly digest: string | undefined;
}

export const DOCKER_HUB = "docker.io";

/** Longer is no name of an image, whatever is in it. Characters. */
const LONGEST_TEXT = 1024;
const LONGEST_REPOSITORY = 255;

const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[a-f0-9:]+\])$/i;
const PORT = /^\d{1,5}$/;
const PATH = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
/** The algorithms that docker knows (opencontainers/go-digest). */
const DIGEST = /^(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$/;
/** What docker takes for the id of an image here, never for a name. */
const IMAGE_ID = /^[a-f0-9]{64}$/;

/** Throws `bad-image`, saying which part is wrong. */
export function parseImage(text: string): Image {
  if (text === "") throw bad("no image is named");
  if (text.length > LONGEST_TEXT) throw bad("the image's name is too long");
  if (IMAGE_ID.test(text)) throw bad("64 hexadecimal digits are an image's id, not its name");
  if (/^https?:\/\//i.test(text)) throw bad("an image's name begins with its host, without a scheme");
  const { host, rest } = splitHost(text);
  checkHost(host);
  const [named, digest] = cut(rest, "@");
  const [path, tag] = cut(named, ":");
  const repository = host === DOCKER_HUB && !path.includes("/") ? `library/${path}` : path;
  checkRepository(path, repository);
  if (tag !== undefined && !isTag(tag)) {
    throw bad("the image's tag must be up to 128 letters, digits, _, . and -, without . or - in front");
  }
  if (digest !== undefined && !isDigest(digest)) {
    throw bad("the image's digest must be sha256: and 64 hexadecimal digits in small letters");
  }
  return { host, repository, tag, digest };
}

/** Whether the text is a digest that docker knows, which names what it was made from. */
export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

/** Whether the text can be a tag. */
export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** The host of the registry's API: Docker Hub's has another name than its images. */
export function registryApiHost(host: string): string {
  return host === DOCKER_HUB ? "registry-1.docker.io" : host;
}

/** What docker keeps a login under: the host, but for Docker Hub an address from its first days. */
export function clientKeyOf(host: string): string {
  return host === DOCKER_HUB ? "https://index.docker.io/v1/" : host;
}

/**
 * The first segment is a host where it could not be a part of Docker Hub's names: it has a full stop, a colon or a
 * capital, or is `localhost`.
 */
function splitHost(text: string): { readonly host: string; readonly rest: string } {
  const [first, rest] = cut(text, "/");
  if (rest === undefined) return { host: DOCKER_HUB, rest: text };
  if (first === "index.docker.io") return { host: DOCKER_HUB, rest };
  if (first === "localhost" || /[.:A-Z]/.test(first)) return { host: first, rest };
  return { host: DOCKER_HUB, rest: text };
}

/** Anchored ASCII, as for addresses (address.ts): what passes is a host for every client. */
function checkHost(host: string): void {
  const colon = host.endsWith("]") ? -1 : host.lastIndexOf(":");
  const name = colon < 0 ? host : host.slice(0, colon);
  const port = colon < 0 ? undefined : host.slice(colon + 1);
  if (name.length > 253 || !DOMAIN.test(name)) throw bad("the image's host is no name of a host");
  if (port !== undefined && !PORT.test(port)) throw bad("the port behind the image's host is no number");
}

function checkRepository(path: string, repository: string): void {
  if (repository.length > LONGEST_REPOSITORY) {
    throw bad(`the image's repository is longer than ${LONGEST_REPOSITORY} characters`);
  }
  if (PATH.test(path)) return;
  if (path === "") throw bad("the image's name has no repository");
  if (PATH.test(path.toLowerCase())) throw bad("the image's repository must be in small letters");
  throw bad("the image's repository must be small letters and digits, with single ., _, / or - between them");
}

function cut(text: string, at: string): [before: string, after: string | undefined] {
  const index = text.indexOf(at);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + at.length)];
}

function bad(message: string): HelperError {
  return new HelperError("bad-image", message);
}
