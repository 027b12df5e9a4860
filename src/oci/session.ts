import { isLoopback } from "../core/loopback.ts";
import { HelperError, isHelperError } from "../core/errors.ts";
import type { Credential } from "../core/credential.ts";
import type { Secret } from "../core/secret.ts";
import type { Authorization } from "../http/exchange.ts";
import { registryApiHost } from "../core/image.ts";
import { parseChallenges } from "./challenges.ts";
import { askedElsewhere, malformed, refusedLogin, statusFailure, wantsLogin } from "./registry-failures.ts";
import { fetchToken, isIdentityToken } from "./tokens.ts";
import type { RegistryResponse, Send } from "./transport.ts";

/** What is shown to a registry: a login (the user name `<token>` marks an identity token), or a bearer token as it is. */
export type RegistryLogin = Credential | { readonly registryToken: Secret };

/** Bytes of an answer that is not read but for its status and headers. */
const LARGEST_PING = 64 * 1024;

export interface SessionOptions {
  readonly send: Send;
  /** As images name it. */
  readonly host: string;
  readonly login: RegistryLogin | undefined;
  /** For the token; see TokenRequest. */
  readonly scope: string | undefined;
}

export interface Question {
  /** Behind `/v2/`, or a URL of the same origin. */
  readonly path: string | URL;
  readonly accept?: string;
  /** Bytes. */
  readonly largestAnswer: number;
}

/** A conversation with one registry about one repository, with whatever authorization it wants. */
export interface Session {
  /** The registry, ending in `/v2/`. */
  readonly base: URL;
  /** What there is to show by now: a token, the login itself, or nothing because nothing was asked for. */
  readonly shows: "token" | "login" | "nothing";
  /** Throws `registry-…` where no authorization is to be had; an answer of 401 means that the one shown does not do. */
  ask(question: Question): Promise<RegistryResponse>;
}

/** The registry's handshake: `/v2/`, its challenge, and what answers that. Throws `registry-…`. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { send, host } = options;
  const { base, ping } = await findRegistry(send, host);
  let authorization: Authorization | undefined;
  if (ping.status === 401) authorization = await authorize(options, base, ping);
  else if (ping.status !== 200) throw statusFailure(ping, host);
  return {
    base,
    get shows() {
      if (!authorization) return "nothing";
      return "bearer" in authorization ? "token" : "login";
    },
    async ask({ path, ...wishes }) {
      const url = typeof path === "string" ? new URL(path, base) : path;
      if (url.origin !== base.origin) throw malformed(host, "an address on another host");
      const first = await send({ ...wishes, who: host, url, authorization });
      if (first.status !== 401 || authorization) return first;
      // Some let anybody in at /v2/ and ask at the repository's door.
      authorization = await authorize(options, base, first);
      return send({ ...wishes, who: host, url, authorization });
    },
  };
}

/**
 * Where the registry is, and its answer at `/v2/`. On this machine plain http will do where https is not spoken, as for
 * docker; anywhere else it is https.
 */
async function findRegistry(
  send: Send,
  host: string,
): Promise<{ readonly base: URL; readonly ping: RegistryResponse }> {
  const ping = async (scheme: string) => {
    const base = new URL(`${scheme}://${registryApiHost(host)}/v2/`);
    return { base, ping: await send({ who: host, url: base, largestAnswer: LARGEST_PING }) };
  };
  if (!URL.canParse(`https://${registryApiHost(host)}/v2/`)) {
    throw new HelperError("registry-unknown-host", `${host} is no host, or has no such port`);
  }
  try {
    return await ping("https");
  } catch (error) {
    if (!isCode(error, NO_TLS) || !isLoopback(new URL(`https://${host}/`))) throw error;
    const plain = await ping("http").catch((other: unknown) => {
      throw isCode(other, NO_TLS) ? error : other;
    });
    // What TLS servers answer to plain http: then it is their certificate that is wrong.
    if (plain.ping.status === 400) throw error;
    return plain;
  }
}

/** What https meets where it is not spoken, or nobody listens. */
const NO_TLS = /^registry-(?:tls|cut-off|refused)$/;

function isCode(error: unknown, codes: RegExp): boolean {
  return isHelperError(error) && codes.test(error.code);
}

async function authorize(
  { send, host, login, scope }: SessionOptions,
  registry: URL,
  refusal: RegistryResponse,
): Promise<Authorization> {
  if (login && "registryToken" in login) return { bearer: login.registryToken };
  const credential = login;
  // The realm that it names would get the login: only the registry itself may name one, not whom it redirects to.
  if (credential && refusal.url.origin !== registry.origin) throw askedElsewhere(host);
  const challenges = parseChallenges(refusal.headers["www-authenticate"]);
  const challenge = challenges.find(({ scheme }) => scheme === "bearer");
  if (challenge) return { bearer: await fetchToken({ send, registry, host, challenge, scope, credential }) };
  if (!challenges.some(({ scheme }) => scheme === "basic")) {
    throw malformed(host, "a 401 that asks for neither Bearer nor Basic");
  }
  if (!credential) throw wantsLogin(host);
  if (isIdentityToken(credential)) throw refusedLogin(host);
  return { basic: credential };
}
