import { registryApiHost, type Image } from "../core/image.ts";
import type { Environment } from "../core/machine.ts";
import type { Trace } from "../core/reporter.ts";
import { createSend } from "../http/traced.ts";
import { checkedDigest } from "./digests.ts";
import { MANIFEST_TYPES, parseManifest, platformsOfConfig } from "./manifests.ts";
import { followRedirects, type OciResponse } from "./redirects.ts";
import { denied, malformed, loginRejected, registryFailure, loginRequired } from "./registry-failures.ts";
import { openSession, type RegistryLogin, type Session } from "./session.ts";
import { nextPage, parseTags } from "./tags.ts";

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

/** The registries' own HTTP API (OCI distribution). */
export interface Registries {
  /** Checks a login as docker login does: /v2/, challenge, token. Throws `registry-…`. */
  checkLogin(host: string, login: RegistryLogin | undefined): Promise<LoginCheck>;
  /**
   * Undefined if the image is absent. Docker Hub's 401 for an image that does not exist, or that this login may not see,
   * counts as absent. Throws `registry-…`.
   */
  findManifest(image: Image, login: RegistryLogin | undefined): Promise<FoundManifest | undefined>;
  /** All tags, in the registry's order. Undefined if the repository is absent, as above. Throws `registry-…`. */
  listTags(image: Image, login: RegistryLogin | undefined): Promise<readonly string[] | undefined>;
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
  /** Limits all requests of one method call together. */
  readonly budgetMs: number;
}

export function createRegistries({ env, userAgent, trace, budgetMs }: RegistriesOptions): Registries {
  const open = (host: string, login: RegistryLogin | undefined, repository?: string): Promise<Session> => {
    const signal = AbortSignal.timeout(budgetMs);
    const send = followRedirects(createSend({ family: "registry", env, userAgent, signal, trace }));
    const scope = repository === undefined ? undefined : `repository:${repository}:pull`;
    return openSession({ send, host, login, scope });
  };
  return {
    async checkLogin(host, login) {
      const session = await open(host, login);
      const response = await session.request({ path: "", maxBytes: MAX_PAGE_BYTES });
      if (response.status === 401 && !login) throw loginRequired(host);
      if (response.status !== 200) throw registryFailure(response, host);
      return login && session.authorizedBy !== "nothing" ? "accepted" : "not-needed";
    },
    async findManifest(image, login) {
      const session = await open(image.host, login, image.repository);
      const reference = image.digest ?? image.tag ?? "latest";
      const path = `${image.repository}/manifests/${reference}`;
      const response = await session.request({ path, accept: MANIFEST_TYPES, maxBytes: MAX_MANIFEST_BYTES });
      return isPresent(response, image, session) ? readManifest(response, image, session) : undefined;
    },
    async listTags(image, login) {
      const session = await open(image.host, login, image.repository);
      const tags: string[] = [];
      let page: string | URL | undefined = `${image.repository}/tags/list?n=${PAGE_LENGTH}`;
      for (let pages = 0; page !== undefined; pages += 1) {
        if (pages === MAX_PAGES) throw malformed(image.host, "too many pages of tags");
        const response = await session.request({
          path: page,
          accept: "application/json",
          maxBytes: MAX_PAGE_BYTES,
        });
        if (!isPresent(response, image, session)) return undefined;
        tags.push(...parseTags(response.body.toString("utf8"), image.host));
        page = nextPage(response.headers["link"], response.url, image.host);
      }
      return tags;
    },
  };
}

/** Whether the repository and the requested part of it exist. Throws `registry-…` if the response does not say. */
function isPresent(response: OciResponse, { host }: Image, { authorizedBy }: Session): boolean {
  if (response.status === 200) return true;
  if (response.status === 404) return false;
  if (response.status !== 401) throw registryFailure(response, host);
  if (authorizedBy === "login") throw loginRejected(host);
  if (authorizedBy === "nothing") throw loginRequired(host);
  // The token service accepted the login, but its token does not cover this repository.
  if (HIDES_ABSENT.has(registryApiHost(host))) return false;
  throw denied(host, 401);
}

async function readManifest(response: OciResponse, image: Image, session: Session): Promise<FoundManifest> {
  const { host, repository } = image;
  const { headers, body } = response;
  const { mediaType, contentBytes, platforms, config, digested } = parseManifest(
    body,
    textOf(headers["content-type"]),
    host,
  );
  const digest = await checkedDigest(
    digested,
    [image.digest, textOf(headers["docker-content-digest"])],
    host,
  );
  return {
    digest,
    mediaType,
    bytes: body.length,
    contentBytes,
    platforms: config === undefined ? platforms : await readPlatforms(config, host, repository, session),
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
  await checkedDigest(blob.body, [config], host);
  return platformsOfConfig(blob.body, host);
}

function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === "string" ? header : undefined;
}
