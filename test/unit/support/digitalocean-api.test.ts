import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inventToken } from "../../support/fakes/digitalocean-account.ts";
import { createStandIn, type StandIn, type StandInOptions } from "../../support/fakes/digitalocean-api.ts";
import { createDigitalOceanClient, type CredentialsView } from "./digitalocean-client.ts";

let standIn: StandIn;

async function start(options: StandInOptions = {}): Promise<StandIn> {
  await standIn.close();
  standIn = await createStandIn(options);
  return standIn;
}

beforeEach(async () => {
  standIn = await createStandIn();
});

afterEach(() => standIn.close());

const clientFor = (token: string) => createDigitalOceanClient(standIn.url, token);

function decode(credentials: CredentialsView | undefined): readonly string[] {
  const auth = credentials?.auths?.registryDigitaloceanCom?.auth ?? "";
  return Buffer.from(auth, "base64").toString().split(":");
}

describe("DigitalOcean's own client against the stand-in", () => {
  it("lists the registries of the team in order, each with its plan", async () => {
    await start({ registries: ["acme", "acme-staging"] });
    const client = await clientFor(standIn.account.addToken());
    const answer = await client.v2.registries.get();
    expect(answer?.registries?.map(({ name }) => name)).toEqual(["acme", "acme-staging"]);
    expect(answer?.registries?.[0]?.subscription?.tier?.slug).toBe("basic");
    expect(answer?.registries?.[0]?.createdAt).toBeInstanceOf(Date);
  });

  it("gets one registry by its name, and the only one through the deprecated endpoint", async () => {
    const client = await clientFor(standIn.account.addToken());
    const byName = await client.v2.registries.byRegistry_name("acme").get();
    const only = await client.v2.registry.get();
    expect(byName?.registry).toMatchObject({ name: "acme", region: "fra1", storageUsageBytes: 29_393_920 });
    expect(only?.registry?.name).toBe("acme");
  });

  it("gets a credential that is read-only and never expires by default", async () => {
    const client = await clientFor(standIn.account.addToken());
    const [user, password] = decode(
      await client.v2.registries.byRegistry_name("acme").dockerCredentials.get(),
    );
    const [minted] = standIn.account.minted;
    expect([user, password]).toEqual([minted?.username, minted?.secret]);
    expect(minted).toMatchObject({ access: "read-only", expiresAt: undefined, revoked: false });
  });

  it("gets a read-write credential with an expiry from the deprecated endpoint", async () => {
    const client = await clientFor(standIn.account.addToken());
    const queryParameters = { expirySeconds: 3600, readWrite: true };
    const [, password] = decode(await client.v2.registry.dockerCredentials.get({ queryParameters }));
    const [minted] = standIn.account.minted;
    expect(password).toBe(minted?.secret);
    expect(minted?.access).toBe("read-write");
    expect(minted?.expiresAt).toBeGreaterThan(Date.now() + 3_590_000);
  });

  it("gets the account", async () => {
    const client = await clientFor(standIn.account.addToken());
    expect((await client.v2.account.get())?.account).toMatchObject({
      email: "sammy@digitalocean.example",
      status: "active",
    });
  });

  it("counts calls by purpose and does not record the bearer", async () => {
    const token = standIn.account.addToken();
    const client = await clientFor(token);
    await client.v2.registries.get();
    await client.v2.registries.byRegistry_name("acme").dockerCredentials.get();
    expect([standIn.count("list"), standIn.count("mint"), standIn.count()]).toEqual([1, 1, 2]);
    expect(JSON.stringify(standIn.calls)).not.toContain(token);
  });
});

describe("the stand-in's errors, as DigitalOcean's own client reads them", () => {
  it("answers 401 to an unknown token", async () => {
    const client = await clientFor(inventToken());
    await expect(client.v2.registries.get()).rejects.toMatchObject({
      responseStatusCode: 401,
      id: "unauthorized",
      messageEscaped: "Unable to authenticate you.",
    });
  });

  it("answers 403 to a token without the scope", async () => {
    const client = await clientFor(standIn.account.addToken(["registry:read"]));
    const queryParameters = { readWrite: true };
    await expect(client.v2.registry.dockerCredentials.get({ queryParameters })).rejects.toMatchObject({
      responseStatusCode: 403,
      id: "forbidden",
      messageEscaped: "You do not have access for the attempted action.",
    });
    await expect(client.v2.account.get()).rejects.toMatchObject({ responseStatusCode: 403 });
    expect(standIn.account.minted).toEqual([]);
  });

  it("answers 404 for a registry of another team", async () => {
    const client = await clientFor(standIn.account.addToken());
    await expect(client.v2.registries.byRegistry_name("other").get()).rejects.toMatchObject({
      responseStatusCode: 404,
      id: "not_found",
    });
  });

  it("answers 412 on both deprecated endpoints with several registries", async () => {
    await start({ registries: ["acme", "acme-staging"] });
    const client = await clientFor(standIn.account.addToken());
    const expected = { responseStatusCode: 412, id: "precondition_failed" };
    await expect(client.v2.registry.get()).rejects.toMatchObject(expected);
    await expect(client.v2.registry.dockerCredentials.get()).rejects.toMatchObject(expected);
  });

  it.each([429, 500])("answers one requested %i with the error body of the API", async (status) => {
    const client = await clientFor(standIn.account.addToken());
    standIn.faults.add({ kind: "answer", path: "/v2/registries", status });
    const id = status === 429 ? "too_many_requests" : "server_error";
    await expect(client.v2.registries.get()).rejects.toMatchObject({ responseStatusCode: status, id });
    expect((await client.v2.registries.get())?.registries).toHaveLength(1);
  });
});
