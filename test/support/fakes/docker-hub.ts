import { createHash, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { closeServer, createServerWith, listen, readBody } from "./digitalocean-api.ts";
import { readBasic, readBearer } from "./digitalocean-exchange.ts";

export interface DockerHubOptions {
  /** Loopback address and port. 127.0.0.1 and a free port by default. */
  readonly host?: string;
  readonly port?: number;
  /** PEM texts. Plain http without them. */
  readonly tls?: { readonly key: string; readonly certificate: string };
  /** The URL of the token service. This server's own by default. */
  readonly realm?: string;
}

/** A manifest or a blob. */
export interface Content {
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** A request with the kind of its login, and without the login. */
export interface HubRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly shows: "basic" | "bearer" | "nothing";
  readonly status: number;
}

/**
 * A registry on loopback that behaves like Docker Hub: its token service grants a token with a good login or without one,
 * and the registry then answers 401 for every repository outside that token, whether it exists or not.
 */
export interface DockerHub {
  /** Host and port. */
  readonly host: string;
  readonly requests: readonly HubRequest[];
  addUser(name: string, password: string): void;
  /** The user's refresh token, for OAuth2's grant. */
  identityTokenOf(name: string): string;
  /** Adds a manifest under the tag and its digest, and its repository. Returns the digest. */
  addManifest(repository: string, tag: string, manifest: Content, owner?: string): string;
  addBlob(bytes: Buffer): string;
  /** From now on, manifests get 429. */
  limitRate(): void;
  close(): Promise<void>;
}

interface Repository {
  /** Undefined for a public repository. */
  readonly owner: string | undefined;
  readonly tags: Map<string, string>;
}

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

const SERVICE = "registry.docker.io";

export async function createDockerHub(options: DockerHubOptions = {}): Promise<DockerHub> {
  const users = new Map<string, string>();
  const identities = new Map<string, string>();
  const repositories = new Map<string, Repository>();
  const contents = new Map<string, Content>();
  /** The repository of each token. */
  const tokens = new Map<string, string | undefined>();
  const requests: HubRequest[] = [];
  let isLimited = false;
  const origin = (): string => `${options.tls ? "https" : "http"}://${options.host ?? "127.0.0.1"}:${port}`;

  const grant = (user: string | undefined, scope: string | null): Reply => {
    const name = /^repository:([^:]+):pull$/.exec(scope ?? "")?.[1];
    const repository = name === undefined ? undefined : repositories.get(name);
    const isOpen = repository !== undefined && (repository.owner === undefined || repository.owner === user);
    const token = randomUUID();
    tokens.set(token, isOpen ? name : undefined);
    return json(200, { token, access_token: token, expires_in: 300, issued_at: new Date().toISOString() });
  };
  const answerToken = (request: IncomingMessage, url: URL, body: string): Reply => {
    if (request.method === "POST") {
      const form = new URLSearchParams(body);
      const user = identities.get(form.get("refresh_token") ?? "");
      const isGrant = form.get("grant_type") === "refresh_token" && form.get("service") === SERVICE;
      return isGrant && user !== undefined ? grant(user, form.get("scope")) : unauthorized();
    }
    if (url.searchParams.get("service") !== SERVICE) return json(400, { details: "no such service" });
    const basic = readBasic(request.headers.authorization);
    if (basic && users.get(basic.username) !== basic.password) return unauthorized();
    return grant(basic?.username, url.searchParams.get("scope"));
  };
  const challenge = (detail = ""): Reply => ({
    ...unauthorized(),
    headers: {
      "www-authenticate": `Bearer realm="${options.realm ?? `${origin()}/token`}",service="${SERVICE}"${detail}`,
    },
  });
  const answerV2 = (request: IncomingMessage, url: URL): Reply => {
    const token = readBearer(request.headers.authorization);
    if (token === undefined || !tokens.has(token)) return challenge();
    const [, name = "", kind = "", last = ""] =
      /^\/v2\/(.+)\/(manifests|blobs|tags)\/([^/]+)$/.exec(url.pathname) ?? [];
    if (kind === "") return url.pathname === "/v2/" ? json(200, {}) : { status: 404 };
    const repository = repositories.get(name);
    if (!repository || tokens.get(token) !== name) {
      return challenge(`,scope="repository:${name}:pull",error="insufficient_scope"`);
    }
    if (kind === "tags") return pageOf(name, [...repository.tags.keys()].toSorted(), url);
    if (kind === "manifests" && isLimited) {
      return { ...json(429, { errors: [{ code: "TOOMANYREQUESTS" }] }), headers: { "retry-after": "60" } };
    }
    const digest = repository.tags.get(last) ?? last;
    const content = contents.get(digest);
    if (!content) return json(404, { errors: [{ code: "MANIFEST_UNKNOWN", message: "manifest unknown" }] });
    const headers = { "content-type": content.mediaType, "docker-content-digest": digest };
    return { status: 200, headers, body: content.bytes };
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    const url = new URL(request.url ?? "/", origin());
    const isToken = url.pathname === "/token";
    const reply = isToken ? answerToken(request, url, body) : answerV2(request, url);
    requests.push({
      method: request.method ?? "",
      path: request.url ?? "",
      shows: shownIn(request.headers.authorization),
      status: reply.status,
    });
    response.writeHead(reply.status, reply.headers).end(reply.body ?? "");
  };
  const server = createServerWith(options.tls, answer);
  const port = await listen(server, options.port ?? 0, options.host ?? "127.0.0.1");
  const add = (content: Content): string => {
    const digest = `sha256:${createHash("sha256").update(content.bytes).digest("hex")}`;
    contents.set(digest, content);
    return digest;
  };
  return {
    host: `${options.host ?? "127.0.0.1"}:${port}`,
    requests,
    addUser: (name, password) => void users.set(name, password),
    identityTokenOf(name) {
      const token = randomUUID();
      identities.set(token, name);
      return token;
    },
    addManifest(name, tag, manifest, owner) {
      const digest = add(manifest);
      const repository = repositories.get(name) ?? { owner, tags: new Map() };
      repositories.set(name, repository);
      repository.tags.set(tag, digest);
      return digest;
    },
    addBlob: (bytes) => add({ mediaType: "application/octet-stream", bytes }),
    limitRate: () => void (isLimited = true),
    close: () => closeServer(server),
  };
}

function shownIn(header: string | undefined): HubRequest["shows"] {
  if (readBearer(header) !== undefined) return "bearer";
  return readBasic(header) ? "basic" : "nothing";
}

function json(status: number, value: unknown): Reply {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

function unauthorized(): Reply {
  return json(401, { errors: [{ code: "UNAUTHORIZED", message: "authentication required" }] });
}

/** At most `n` tags after `last`, and the link to the next ones. */
function pageOf(name: string, tags: readonly string[], url: URL): Reply {
  const last = url.searchParams.get("last");
  const from = last === null ? 0 : tags.indexOf(last) + 1;
  const count = Number(url.searchParams.get("n") ?? tags.length);
  const page = tags.slice(from, from + count);
  const reply = json(200, { name, tags: page });
  if (from + count >= tags.length) return reply;
  const next = `/v2/${name}/tags/list?last=${page.at(-1)}&n=${count}`;
  return { ...reply, headers: { ...reply.headers, link: `<${next}>; rel="next"` } };
}
