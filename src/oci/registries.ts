import type { Environment } from "../core/machine.ts";
import type { Trace } from "../core/reporter.ts";
import type { Credential } from "../core/credential.ts";
import { createExchange } from "../http/exchange.ts";
import { registryApiHost, type Image } from "../core/image.ts";
import { checkedDigest } from "./digests.ts";
import { denied, malformed, refusedLogin, statusFailure, wantsLogin } from "./registry-failures.ts";
import { MANIFEST_TYPES, parseManifest, platformsOfConfig } from "./manifests.ts";
import { openSession, type RegistryLogin, type Session } from "./session.ts";
import { nextPage, parseTags } from "./tags.ts";
import { createSend, type RegistryResponse } from "./transport.ts";

/** What a manifest is, as far as `check` shows it. */
export interface FoundManifest {
  /** `sha256:…` of the bytes that came, checked against what the registry says. */
  readonly digest: string;
  readonly mediaType: string;
  /** Of the manifest itself, in bytes. */
  readonly bytes: number;
  /** Of what a pull would fetch, in bytes: config and layers; undefined for an index. */
  readonly contentBytes: number | undefined;
  /** `linux/amd64` and so on; empty where the manifest does not say. */
  readonly platforms: readonly string[];
}

/** Registries' own HTTP API (OCI distribution; src/oci). */
export interface Registries {
  /** docker login's own test: /v2/, challenge, token. Throws `registry-…`. */
  checkLogin(host: string, credential: Credential): Promise<void>;
  /**
   * The manifest of the image, or undefined where it is absent. Docker Hub's 401 for what is not there, or not for this
   * login to see, counts as absent. Throws `registry-…`.
   */
  findManifest(image: Image, login: RegistryLogin | undefined): Promise<FoundManifest | undefined>;
  /** All tags, in the registry's order; undefined where the repository is absent, as above. Throws `registry-…`. */
  listTags(image: Image, login: RegistryLogin | undefined): Promise<readonly string[] | undefined>;
}

/** As docker and containerd have it. Bytes. */
const LARGEST_MANIFEST = 4 * 1024 * 1024;
const LARGEST_CONFIG = 8 * 1024 * 1024;
const LARGEST_PAGE = 4 * 1024 * 1024;
const PAGE_LENGTH = 100;
const MOST_PAGES = 1000;

/** Registries that answer 401 for a repository that is not there, to those who may see it too. */
const HIDE_WHAT_IS_ABSENT: ReadonlySet<string> = new Set(["registry-1.docker.io"]);

export interface RegistriesOptions {
  readonly env: Environment;
  readonly userAgent: string;
  readonly trace: Trace;
  /** For one question with all its requests, in milliseconds. */
  readonly budgetMs: number;
}

export function createRegistries({ env, userAgent, trace, budgetMs }: RegistriesOptions): Registries {
  const open = (host: string, login: RegistryLogin | undefined, repository?: string): Promise<Session> => {
    const send = createSend(createExchange(env, AbortSignal.timeout(budgetMs)), userAgent, trace);
    const scope = repository === undefined ? undefined : `repository:${repository}:pull`;
    return openSession({ send, host, login, scope });
  };
  return {
    async checkLogin(host, credential) {
      const session = await open(host, credential);
      const { status, ...rest } = await session.ask({ path: "", largestAnswer: LARGEST_PAGE });
      if (status !== 200) throw statusFailure({ status, ...rest }, host);
    },
    async findManifest(image, login) {
      const session = await open(image.host, login, image.repository);
      const reference = image.digest ?? image.tag ?? "latest";
      const path = `${image.repository}/manifests/${reference}`;
      const question = { path, accept: MANIFEST_TYPES, largestAnswer: LARGEST_MANIFEST };
      const answer = await session.ask(question);
      return isThere(answer, image, session) ? readManifest(answer, image, session) : undefined;
    },
    async listTags(image, login) {
      const session = await open(image.host, login, image.repository);
      const tags: string[] = [];
      let page: string | URL | undefined = `${image.repository}/tags/list?n=${PAGE_LENGTH}`;
      for (let pages = 0; page !== undefined; pages += 1) {
        if (pages === MOST_PAGES) throw malformed(image.host, "pages of tags without an end");
        const answer = await session.ask({
          path: page,
          accept: "application/json",
          largestAnswer: LARGEST_PAGE,
        });
        if (!isThere(answer, image, session)) return undefined;
        tags.push(...parseTags(answer.body.toString("utf8"), image.host));
        page = nextPage(answer.headers["link"], answer.url, image.host);
      }
      return tags;
    },
  };
}

/** Whether the repository and what was asked of it are there. Throws `registry-…` where that is not to be told. */
function isThere(answer: RegistryResponse, { host }: Image, { shows }: Session): boolean {
  if (answer.status === 200) return true;
  if (answer.status === 404) return false;
  if (answer.status !== 401) throw statusFailure(answer, host);
  if (shows === "login") throw refusedLogin(host);
  if (shows === "nothing") throw wantsLogin(host);
  // The login was good for a token: what the token is not good for is this repository.
  if (HIDE_WHAT_IS_ABSENT.has(registryApiHost(host))) return false;
  throw denied(host, 401);
}

async function readManifest(
  answer: RegistryResponse,
  image: Image,
  session: Session,
): Promise<FoundManifest> {
  const { host, repository } = image;
  const { headers, body } = answer;
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
  const blob = await session.ask({ path: `${repository}/blobs/${config}`, largestAnswer: LARGEST_CONFIG });
  if (blob.status === 404) throw malformed(host, "a manifest whose config is not there");
  if (blob.status !== 200) throw statusFailure(blob, host);
  await checkedDigest(blob.body, [config], host);
  return platformsOfConfig(blob.body, host);
}

function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === "string" ? header : undefined;
}
