import { randomUUID, sign } from "node:crypto";
import type { Account } from "./digitalocean-account.ts";
import { isLive } from "./digitalocean-account.ts";
import { type Call, type Reply, replyError, replyWith } from "./digitalocean-exchange.ts";

/** Signs tokens for the registry with an EC P-256 key. Key and certificate are PEM texts. */
export interface TokenSigner {
  readonly key: string;
  readonly certificate: string;
  readonly issuer: string;
  readonly service: string;
}

interface Grant {
  readonly type: "repository";
  readonly name: string;
  readonly actions: readonly string[];
}

interface Login {
  /** The id of a minted credential, or `api-token`. */
  readonly name: number | "api-token";
  may(repository: string, action: string): boolean;
}

const SCOPE = /^repository:([a-z0-9][a-z0-9._/-]*):([a-z*]+(?:,[a-z*]+)*)$/;
const LIFE_SECONDS = 300;

/** `GET /v2/registry/auth`: a JWT for docker-registry in exchange for Basic credentials. */
export function answerRegistryAuth(account: Account, call: Call, signer: TokenSigner): Reply {
  if (call.method !== "GET") return replyError(405);
  if (!call.basic) return replyError(401);
  const login = findLogin(account, call.basic.username, call.basic.password);
  if (!login) return replyError(401);
  account.registryLogins.push(login.name);
  const grants: Grant[] = [];
  for (const scope of call.query.getAll("scope").flatMap((value) => value.split(" "))) {
    const [, name, actions] = SCOPE.exec(scope) ?? [];
    if (name === undefined || actions === undefined) return replyError(400, "invalid scope");
    grants.push({
      type: "repository",
      name,
      actions: actions.split(",").filter((action) => login.may(name, action)),
    });
  }
  const token = signToken(signer, grants);
  return replyWith({ token, expires_in: LIFE_SECONDS, issued_at: new Date().toISOString() });
}

/** A minted credential is for its own registry. An API token is for all registries of the team. */
function findLogin(account: Account, username: string, password: string): Login | undefined {
  if (username !== password && username !== account.email) return undefined;
  const minted = account.findMinted(password);
  if (minted) {
    if (!isLive(minted)) return undefined;
    return {
      name: minted.id,
      may: (repository, action) =>
        repository.startsWith(`${minted.registry}/`) && (action === "pull" || minted.access === "read-write"),
    };
  }
  const scopes = account.scopesOf(password);
  if (!scopes) return undefined;
  return {
    name: "api-token",
    may: (repository, action) =>
      account.registries.some((name) => repository.startsWith(`${name}/`)) &&
      scopes.has(action === "pull" ? "registry:read" : "registry:update"),
  };
}

function signToken(signer: TokenSigner, access: readonly Grant[]): string {
  const now = Math.floor(Date.now() / 1000);
  const header = { typ: "JWT", alg: "ES256", x5c: [signer.certificate.replace(/-----[^-]+-----|\s/g, "")] };
  const claims = {
    iss: signer.issuer,
    sub: "docr",
    aud: signer.service,
    exp: now + LIFE_SECONDS,
    nbf: now - 10,
    iat: now,
    jti: randomUUID(),
    access,
  };
  const input = `${encode(JSON.stringify(header))}.${encode(JSON.stringify(claims))}`;
  // JOSE needs the two numbers one after the other, not OpenSSL's DER.
  const signature = sign("sha256", Buffer.from(input), { key: signer.key, dsaEncoding: "ieee-p1363" });
  return `${input}.${signature.toString("base64url")}`;
}

const encode = (text: string): string => Buffer.from(text).toString("base64url");
