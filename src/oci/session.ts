import type { Credential } from "../core/credential.ts";
import { traitsOf } from "../core/error-catalog.ts";
import { HelperError, isHelperError } from "../core/errors.ts";
import { registryApiHost } from "../core/image.ts";
import { isLoopback } from "../core/loopback.ts";
import type { Secret } from "../core/secret.ts";
import type { Authorization } from "../http/exchange.ts";
import { parseChallenges } from "./challenges.ts";
import type { OciRequest, OciResponse, OciSend } from "./redirects.ts";
import {
  loginRequiredElsewhere,
  malformed,
  loginRejected,
  registryFailure,
  loginRequired,
} from "./registry-failures.ts";
import { type BearerToken, fetchToken, isIdentityToken } from "./tokens.ts";

/** A login (with the user name `<token>`, an identity token), or a bearer token that docr sends unchanged. */
export type RegistryLogin = Credential | { readonly registryToken: Secret };

/** Bytes. docr needs only the status and headers of these responses. */
const MAX_PING_BYTES = 64 * 1024;

export interface SessionOptions {
  readonly send: OciSend;
  /** The host in image names. */
  readonly host: string;
  readonly login: RegistryLogin | undefined;
  /** The token's scope; see TokenRequest. */
  readonly scope: string | undefined;
}

export interface SessionRequest {
  /** Default: GET. */
  readonly method?: OciRequest["method"];
  /** Relative to `/v2/`, or a URL of the same origin. */
  readonly path: string | URL;
  readonly accept?: string;
  readonly maxBytes: number;
}

/** Requests to one registry about one repository, with the authorization that the registry asks for. */
export interface Session {
  /** The registry's URL, ending in `/v2/`. */
  readonly base: URL;
  /** The current authorization: a token, the login itself, or nothing if the registry has not asked for a login. */
  readonly authorizedBy: "token" | "login" | "nothing";
  /** The current authorization if it is a token. */
  readonly token: BearerToken | undefined;
  /** Throws `registry-…` if docr cannot get an authorization. A 401 response means that the current one is not sufficient. */
  request(request: SessionRequest): Promise<OciResponse>;
}

/** Performs the registry's handshake: requests `/v2/` and gets the authorization that its challenge asks for. Throws `registry-…`. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { send, host } = options;
  const { base, ping } = await findRegistry(send, host);
  let authorized: Authorized | undefined;
  if (ping.status === 401) authorized = await authorize(options, base, ping);
  else if (ping.status !== 200) throw registryFailure(ping, host);
  return {
    base,
    get authorizedBy() {
      if (!authorized) return "nothing";
      return "token" in authorized ? "token" : "login";
    },
    get token() {
      return authorized && "token" in authorized ? authorized.token : undefined;
    },
    async request({ method, path, accept, maxBytes }) {
      const url = typeof path === "string" ? new URL(path, base) : path;
      if (url.origin !== base.origin) throw malformed(host, "an address on another host");
      const request = { server: host, method, url, accept, maxBytes };
      const first = await send({ ...request, authorization: headerOf(authorized) });
      if (first.status !== 401 || authorized) return first;
      // Some registries allow /v2/ without a login and ask for one at the repository.
      authorized = await authorize(options, base, first);
      return send({ ...request, authorization: headerOf(authorized) });
    },
  };
}

/** Returns the registry's URL and its response at `/v2/`. Like docker, tries plain http after https, only on loopback. */
async function findRegistry(
  send: OciSend,
  host: string,
): Promise<{ readonly base: URL; readonly ping: OciResponse }> {
  const ping = async (scheme: string) => {
    const base = new URL(`${scheme}://${registryApiHost(host)}/v2/`);
    return { base, ping: await send({ server: host, url: base, maxBytes: MAX_PING_BYTES }) };
  };
  if (!URL.canParse(`https://${registryApiHost(host)}/v2/`)) {
    throw new HelperError("registry-unknown-host", `${host} is not a valid host`);
  }
  try {
    return await ping("https");
  } catch (error) {
    if (!maySpeakPlainHttp(error) || !isLoopback(new URL(`https://${host}/`))) throw error;
    const plain = await ping("http").catch((other: unknown) => {
      throw maySpeakPlainHttp(other) ? error : other;
    });
    // A TLS server responds to plain http with 400. The problem is then its certificate.
    if (plain.ping.status === 400) throw error;
    return plain;
  }
}

function maySpeakPlainHttp(error: unknown): boolean {
  return isHelperError(error) && traitsOf(error).tryPlainHttp === true;
}

async function authorize(
  { send, host, login, scope }: SessionOptions,
  registry: URL,
  refusal: OciResponse,
): Promise<Authorized> {
  if (login && "registryToken" in login) {
    return { token: { secret: login.registryToken, expiresInSeconds: undefined, actions: undefined } };
  }
  const credential = login;
  // docr sends the login to the realm that a challenge names. Only the registry itself may name one, not a host that it redirects to.
  if (credential && refusal.url.origin !== registry.origin) throw loginRequiredElsewhere(host);
  const challenges = parseChallenges(refusal.headers["www-authenticate"]);
  const challenge = challenges.find(({ scheme }) => scheme === "bearer");
  if (challenge) return { token: await fetchToken({ send, registry, host, challenge, scope, credential }) };
  if (!challenges.some(({ scheme }) => scheme === "basic")) {
    throw malformed(host, "HTTP 401 without a Bearer or Basic challenge");
  }
  if (!credential) throw loginRequired(host);
  if (isIdentityToken(credential)) throw loginRejected(host);
  return { login: credential };
}

type Authorized = { readonly token: BearerToken } | { readonly login: Credential };

function headerOf(authorized: Authorized | undefined): Authorization | undefined {
  if (!authorized) return undefined;
  return "token" in authorized ? { bearer: authorized.token.secret } : { basic: authorized.login };
}
