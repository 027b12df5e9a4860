import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createStandIn, type StandIn } from "../../support/fakes/digitalocean-api.ts";

const { privateKey } = generateKeyPairSync("ec", {
  namedCurve: "P-256",
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const SERVICE = "registry.digitalocean.com";

const twice = (secret: string): string => `${secret}:${secret}`;

/** The JWT's claims: what the registry is told that the caller may do. */
async function readClaims(response: Response): Promise<unknown> {
  const { token }: { token?: unknown } = Object(await response.json());
  return JSON.parse(Buffer.from(String(token).split(".")[1] ?? "", "base64url").toString());
}

describe("the registry's token endpoint", () => {
  let standIn: StandIn;

  beforeAll(async () => {
    standIn = await createStandIn({
      signer: { key: privateKey, certificate: "", issuer: "test", service: SERVICE },
    });
  });
  afterAll(() => standIn.close());

  const ask = (login: string | undefined, query: string, method = "GET"): Promise<Response> => {
    const basic =
      login === undefined ? {} : { authorization: `Basic ${Buffer.from(login).toString("base64")}` };
    return fetch(`${standIn.url}/v2/registry/auth?service=${SERVICE}&${query}`, { method, headers: basic });
  };
  it("lets a read-write credential push to its own registry and to no other", async () => {
    const { secret } = standIn.account.mint("acme", "read-write", 60);
    const scopes = "scope=repository:acme/app:pull,push&scope=repository:other/app:pull";
    const claims = await readClaims(await ask(twice(secret), scopes));
    expect(claims).toMatchObject({
      aud: SERVICE,
      access: [
        { type: "repository", name: "acme/app", actions: ["pull", "push"] },
        { type: "repository", name: "other/app", actions: [] },
      ],
    });
  });

  it("lets a read-only credential pull only", async () => {
    const { secret } = standIn.account.mint("acme", "read-only", 60);
    const claims = await readClaims(await ask(twice(secret), "scope=repository:acme/app:pull,push"));
    expect(claims).toMatchObject({ access: [{ actions: ["pull"] }] });
  });

  it("accepts an API token as user name and password, within its scopes", async () => {
    const reader = standIn.account.addToken(["registry:read"]);
    const claims = await readClaims(await ask(twice(reader), "scope=repository:acme/app:pull,push"));
    expect(claims).toMatchObject({ access: [{ actions: ["pull"] }] });
  });

  it("answers 200 without a scope, as in docker login", async () => {
    const { secret } = standIn.account.mint("acme", "read-only", 60);
    expect((await ask(twice(secret), "account=x")).status).toBe(200);
  });

  it("answers 401 without a login, and to an unknown, a revoked and an expired one", async () => {
    const revoked = standIn.account.mint("acme", "read-only", 60);
    revoked.revoked = true;
    const expired = standIn.account.mint("acme", "read-only", 60);
    expired.expiresAt = Date.now() - 1;
    const logins = [undefined, "a:b", twice(revoked.secret), twice(expired.secret)];
    const statuses = await Promise.all(logins.map(async (login) => (await ask(login, "")).status));
    expect(statuses).toEqual([401, 401, 401, 401]);
  });

  it("answers 405 to POST and 400 to a scope without a repository", async () => {
    const { secret } = standIn.account.mint("acme", "read-only", 60);
    expect((await ask(twice(secret), "", "POST")).status).toBe(405);
    expect((await ask(twice(secret), "scope=registry:catalog:*")).status).toBe(400);
  });
});
