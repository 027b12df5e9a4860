import { registryApiHost, type Image } from "../core/image.ts";
import { abortAfter } from "../core/deadline.ts";
import type { Environment } from "../core/machine.ts";
import type { Trace } from "../core/reporter.ts";
import type { Secret } from "../core/secret.ts";
import { createSend } from "../http/traced.ts";
import { checkedDigest } from "./digests.ts";
import type { Observe } from "./exchanges.ts";
import { MANIFEST_TYPES, parseManifest, platformsOfConfig } from "./manifests.ts";
import { followRedirects, type OciResponse } from "./redirects.ts";
import {
  denied,
  loginRejected,
  loginRequired,
  malformed,
  noToken,
  notGranted,
  registryFailure,
} from "./registry-failures.ts";
import { openSession, type RegistryLogin, type Session } from "./session.ts";
import { nextPage, parseTags } from "./tags.ts";
import type { BearerToken } from "./tokens.ts";
import { tryUpload } from "./uploads.ts";

/** An image's manifest, as docr check shows it. */
export interface FoundManifest {
  /** `sha256:…` of the received bytes. It matches the image's digest and the registry's header, if present. */
  readonly digest: string;
  readonly mediaType: string;
  /** Size of the manifest itself. */
  readonly bytes: number;
  /** Size of what a pull would fetch: config and layers. Undefined for an index. */
  readonly contentBytes: number | undefined;
  /** For example `linux/amd64`. Empty if the manifest does not say. */
  readonly platforms: readonly string[];
}

/** `not-needed`: the registry did not ask for a login, so docr could not check this one. */
export type LoginCheck = "accepted" | "not-needed";

export interface AbsenceRules {
  /**
   * Whether a 401 means that the image is absent, if the token service accepted the login. Docker Hub does not say which, and
   * some registries respond like it.
   */
  readonly absentOn401?: boolean;
}

export type TokenAccess = "pull" | "pull,push";

/** A bearer token for requests about one repository. */
export interface RegistryToken {
  readonly secret: Secret;
  readonly scope: string;
  /** Undefined if the token service does not say. */
  readonly expiresInSeconds: number | undefined;
}

/** The registries' own HTTP API (OCI distribution). Without a login, docr asks for anonymous access. */
export interface Registries {
  /** Checks a login as docker login does: /v2/, challenge, token. Throws `registry-…`. */
  checkLogin(host: string, login: RegistryLogin | undefined): Promise<LoginCheck>;
  /**
   * Undefined if the image is absent. Docker Hub's 401 for an image that does not exist, or that this login may not see,
   * counts as absent. Throws `registry-…`.
   */
  findManifest(
    image: Image,
    login: RegistryLogin | undefined,
    rules?: AbsenceRules,
  ): Promise<FoundManifest | undefined>;
  /** Returns the manifest's bytes after checking their digest. Undefined if the image is absent, as above. Throws `registry-…`. */
  readManifest(
    image: Image,
    login: RegistryLogin | undefined,
    rules?: AbsenceRules,
  ): Promise<Uint8Array | undefined>;
  /** All tags, in the registry's order. Undefined if the repository is absent, as above. Throws `registry-…`. */
  listTags(
    image: Image,
    login: RegistryLogin | undefined,
    rules?: AbsenceRules,
  ): Promise<readonly string[] | undefined>;
  /**
   * Whether the login may push to the repository: starts an upload and cancels it. False if the registry does not have the
   * repository and does not create it. Throws `registry-…`.
   */
  mayPush(image: Image, login: RegistryLogin | undefined): Promise<boolean>;
  /**
   * The token that the registry asks for. Throws `registry-denied` if it does not permit the access, `registry-no-token` if
   * the registry asks for none.
   */
  fetchToken(image: Image, login: RegistryLogin | undefined, access: TokenAccess): Promise<RegistryToken>;
}

/** The limits of docker and containerd. */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
const MAX_CONFIG_BYTES = 8 * 1024 * 1024;
const MAX_PAGE_BYTES = 4 * 1024 * 1024;
const PAGE_LENGTH = 100;
const MAX_PAGES = 1000;

/** Registries that respond with 401 for an absent repository, even with a valid login. */
const HIDES_ABSENT: ReadonlySet<string> = new Set(["registry-1.docker.io"]);

export interface RegistriesOptions {
  readonly env: Environment;
  readonly userAgent: string;
  readonly trace: Trace;
  /** Milliseconds of the monotonic clock. */
  readonly monotonicMs: () => number;
  /** Limits all requests of one method call together. */
  readonly budgetMs: number;
  /** Called with each exchange, for the user. */
  readonly observe?: Observe | undefined;
}

export function createRegistries(options: RegistriesOptions): Registries {
  const open = (host: string, login: RegistryLogin | undefined, scope?: string): Promise<Session> => {
    const signal = abortAfter(options.budgetMs);
    const send = createSend({ family: "registry", ...options, signal });
    return openSession({ send: followRedirects(send, options.observe), host, login, scope });
  };
  const openFor = (image: Image, login: RegistryLogin | undefined, access: TokenAccess = "pull") =>
    open(image.host, login, scopeOf(image, access));
  return {
    async checkLogin(host, login) {
      const session = await open(host, login);
      const response = await session.request({ path: "", maxBytes: MAX_PAGE_BYTES });
      if (response.status === 401 && !login) throw loginRequired(host);
      if (response.status !== 200) throw registryFailure(response, host);
      return login && session.authorizedBy !== "nothing" ? "accepted" : "not-needed";
    },
    async findManifest(image, login, rules) {
      const session = await openFor(image, login);
      const response = await requestManifest(image, session);
      return isPresent(response, image, session, rules) ? describe(response, image, session) : undefined;
    },
    async readManifest(image, login, rules) {
      const session = await openFor(image, login);
      const response = await requestManifest(image, session);
      if (!isPresent(response, image, session, rules)) return undefined;
      checkManifest(response, image);
      return response.body;
    },
    async listTags(image, login, rules) {
      const session = await openFor(image, login);
      const tags: string[] = [];
      let page: string | URL | undefined = `${image.repository}/tags/list?n=${PAGE_LENGTH}`;
      for (let pages = 0; page !== undefined; pages += 1) {
        if (pages === MAX_PAGES) throw malformed(image.host, "too many pages of tags");
        const response = await session.request({
          path: page,
          accept: "application/json",
          maxBytes: MAX_PAGE_BYTES,
        });
        if (!isPresent(response, image, session, rules)) return undefined;
        tags.push(...parseTags(response.body.toString("utf8"), image.host));
        page = nextPage(response.headers["link"], response.url, image.host);
      }
      return tags;
    },
    async mayPush(image, login) {
      const session = await openFor(image, login, "pull,push");
      const response = await tryUpload(session, image.repository, image.host);
      return isPresent(response, image, session, { absentOn401: false });
    },
    async fetchToken(image, login, access) {
      const { host, repository } = image;
      const session = await openFor(image, login, access);
      if (session.authorizedBy === "nothing") {
        // Some registries ask for a token only at the repository.
        await session.request({ path: `${repository}/tags/list?n=1`, maxBytes: MAX_PAGE_BYTES });
      }
      const { token } = session;
      if (!token) throw noToken(host, session.authorizedBy === "login");
      const missing = access.split(",").filter((action) => grants(token, repository, action) === false);
      if (missing.length > 0) throw notGranted(host, missing.join(" and "));
      return { ...token, scope: scopeOf(image, access) };
    },
  };
}

function requestManifest(image: Image, session: Session): Promise<OciResponse> {
  const reference = image.digest ?? image.tag ?? "latest";
  const path = `${image.repository}/manifests/${reference}`;
  return session.request({ path, accept: MANIFEST_TYPES, maxBytes: MAX_MANIFEST_BYTES });
}

function scopeOf({ repository }: Image, access: TokenAccess): string {
  return `repository:${repository}:${access}`;
}

/** Undefined if the token does not say. */
function grants({ actions }: BearerToken, repository: string, action: string): boolean | undefined {
  const granted = actions?.get(repository) ?? [];
  return actions && (granted.includes(action) || granted.includes("*"));
}

/** Whether the repository and the requested part of it exist. Throws `registry-…` if the response does not say. */
function isPresent(
  response: OciResponse,
  { host }: Image,
  { authorizedBy }: Session,
  { absentOn401 = HIDES_ABSENT.has(registryApiHost(host)) }: AbsenceRules = {},
): boolean {
  if (response.status >= 200 && response.status < 300) return true;
  if (response.status === 404) return false;
  if (response.status !== 401) throw registryFailure(response, host);
  if (authorizedBy === "login") throw loginRejected(host);
  if (authorizedBy === "nothing") throw loginRequired(host);
  // The token service accepted the login, but its token does not cover this repository.
  if (absentOn401) return false;
  throw denied(host, 401);
}

/** Throws `registry-digest-mismatch` and `registry-malformed`. */
function checkManifest({ headers, body }: OciResponse, image: Image) {
  const { host } = image;
  const manifest = parseManifest(body, textOf(headers["content-type"]), host);
  const expected = [image.digest, textOf(headers["docker-content-digest"])];
  return { ...manifest, digest: checkedDigest(manifest.digested, expected, host) };
}

async function describe(response: OciResponse, image: Image, session: Session): Promise<FoundManifest> {
  const { digest, mediaType, contentBytes, platforms, config } = checkManifest(response, image);
  return {
    digest,
    mediaType,
    bytes: response.body.length,
    contentBytes,
    platforms:
      config === undefined ? platforms : await readPlatforms(config, image.host, image.repository, session),
  };
}

async function readPlatforms(
  config: string,
  host: string,
  repository: string,
  session: Session,
): Promise<readonly string[]> {
  const blob = await session.request({ path: `${repository}/blobs/${config}`, maxBytes: MAX_CONFIG_BYTES });
  if (blob.status === 404) throw malformed(host, "a manifest whose config is missing");
  if (blob.status !== 200) throw registryFailure(blob, host);
  checkedDigest(blob.body, [config], host);
  return platformsOfConfig(blob.body, host);
}

function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === "string" ? header : undefined;
}
