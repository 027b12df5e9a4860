import type { Credential } from "../core/credential.ts";
import { isJsonObject, parseJsonObject } from "../core/json.ts";
import { Secret } from "../core/secret.ts";
import type { Authorization } from "../http/exchange.ts";
import type { Challenge } from "./challenges.ts";
import { isConfidential, type OciResponse, type OciSend } from "./redirects.ts";
import {
  denied,
  insecure,
  malformed,
  loginRejected,
  registryFailure,
  loginRequired,
} from "./registry-failures.ts";

/** Bytes. A token for many repositories has a few kilobytes. */
const MAX_BYTES = 1024 * 1024;
const CLIENT_ID = new Secret("docr");

export interface TokenRequest {
  readonly send: OciSend;
  /** The registry that named the token service. */
  readonly registry: URL;
  readonly host: string;
  readonly challenge: Challenge;
  /** `repository:NAME:pull`. Undefined to check only that the login is valid. */
  readonly scope: string | undefined;
  /** Undefined for anonymous access. */
  readonly credential: Credential | undefined;
}

export interface BearerToken {
  readonly secret: Secret;
  /** Undefined if the token service does not say. */
  readonly expiresInSeconds: number | undefined;
  /** Granted actions by repository. Undefined if the token does not say: it need not be a JSON web token. */
  readonly actions: ReadonlyMap<string, readonly string[]> | undefined;
}

/** Whether the login's secret is an OAuth2 refresh token, which docker marks with this user name. */
export function isIdentityToken({ username }: Credential): boolean {
  return username.matches(/^<token>$/);
}

/**
 * Fetches the bearer token that the challenge asks for (distribution's token specification). Sends a GET with the login or, for an
 * identity token, a POST with OAuth2's refresh grant. The realm may be on any host, but docr sends the login only over https.
 */
export async function fetchToken(request: TokenRequest): Promise<BearerToken> {
  const { send, challenge, scope, credential, host } = request;
  const server = `the token service of ${host}`;
  const url = realmOf(request);
  const fields: [string, string][] = [];
  const service = challenge.parameters.get("service");
  if (service !== undefined) fields.push(["service", service]);
  if (scope !== undefined) fields.push(["scope", scope]);
  const grant = { service, scope };
  const common = { server, url, accept: "application/json", maxBytes: MAX_BYTES, grant };
  let response: OciResponse;
  if (credential && isIdentityToken(credential)) {
    const plain = fields.map(([name, value]): [string, Secret] => [name, new Secret(value)]);
    const refresh = { grant_type: new Secret("refresh_token"), refresh_token: credential.secret };
    const form = { ...refresh, client_id: CLIENT_ID, ...Object.fromEntries(plain) };
    response = await send({ ...common, form });
  } else {
    for (const [name, value] of fields) url.searchParams.append(name, value);
    const authorization: Authorization | undefined = credential && { basic: credential };
    response = await send({ ...common, authorization });
  }
  if (response.status === 401) throw credential ? loginRejected(server) : loginRequired(host);
  if (response.status === 403) throw denied(server, 403);
  if (response.status !== 200) throw registryFailure(response, server);
  return tokenIn(response.body.toString("utf8"), server);
}

function realmOf({ challenge, registry, host }: TokenRequest): URL {
  const text = challenge.parameters.get("realm") ?? "";
  if (!URL.canParse(text)) throw malformed(host, "a challenge without a valid realm");
  const url = new URL(text);
  if (!isConfidential(url, registry)) throw insecure(host, "names a token service with plain http");
  if (url.username !== "" || url.password !== "") throw malformed(host, "a realm with a user name");
  return url;
}

/** distribution calls the field `token`; OAuth2 calls it `access_token`. */
function tokenIn(body: string, server: string): BearerToken {
  const fields = parseJsonObject(body) ?? {};
  const token = fields["token"] || fields["access_token"];
  if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token)) throw malformed(server, "no token");
  const seconds = fields["expires_in"];
  const expiresInSeconds = typeof seconds === "number" && seconds > 0 ? seconds : undefined;
  return { secret: new Secret(token), expiresInSeconds, actions: actionsIn(token) };
}

/** The claim `access` of a JSON web token (distribution's token authentication specification). */
function actionsIn(token: string): BearerToken["actions"] {
  const claims = parseJsonObject(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
  const access: unknown = claims?.["access"];
  if (!Array.isArray(access)) return undefined;
  const byName = new Map<string, readonly string[]>();
  for (const entry of access) {
    const { type, name, actions } = isJsonObject(entry) ? entry : {};
    if (typeof type !== "string" || typeof name !== "string" || !Array.isArray(actions)) return undefined;
    if (type === "repository") byName.set(name, actions.map(String));
  }
  return byName;
}
