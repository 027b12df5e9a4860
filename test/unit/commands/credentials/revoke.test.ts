import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { credentialsCommand } from "../../../../src/commands/credentials/credentials.ts";
import { revokeCommand } from "../../../../src/commands/credentials/revoke.ts";
import { tokenOf } from "../../../support/fakes/credentials-bench.ts";
import { createCommandBench, type CommandBench } from "../../../support/fakes/command-bench.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";

const HOST = "registry.digitalocean.com";

const authOf = (username: string, password: string): string =>
  Buffer.from(`${username}:${password}`).toString("base64");

const revoked = (bench: CommandBench): readonly string[] =>
  bench.api.calls.filter((call) => call.startsWith("revoke"));

/** The outcome of `docr revoke` for two credentials that were issued and written by `write`. */
async function revokeWritten(write: (text: string, secret: string) => string, ...registries: string[]) {
  const issuing = createCommandBench({ apiToken: tokenOf("a") });
  const { text } = await issuing.run(credentialsCommand, {}, registries);
  const bench = createCommandBench({ apiToken: tokenOf("a"), stdin: write(text, "minted-secret-1") });
  await bench.run(credentialsCommand, {}, registries);
  return { bench, ...(await bench.run(revokeCommand)) };
}

describe("docr revoke", () => {
  it("revokes every credential in a config.json, and ignores other hosts", async () => {
    const { bench, ...result } = await revokeWritten(
      (text) => {
        const { auths } = JSON.parse(text);
        return JSON.stringify({ auths: { ...auths, "ghcr.io": { auth: authOf("sammy", "hunter2") } } });
      },
      "acme",
      "beta",
    );
    expect(result).toEqual({
      text: `revoked the credential for ${HOST}/acme\nrevoked the credential for ${HOST}/beta\n`,
      json: {
        revoked: 2,
        notRevoked: 0,
        credentials: [
          { key: `${HOST}/acme`, outcome: "revoked" },
          { key: `${HOST}/beta`, outcome: "revoked" },
        ],
      },
      exitCode: 0,
    });
    expect(revoked(bench).toSorted()).toEqual(["revoke minted-secret-1", "revoke minted-secret-2"]);
  });

  it.each<[string, (text: string, secret: string) => string]>([
    ["a secret", (_text, secret) => secret],
    ["a secret and a line break", (_text, secret) => `${secret}\n`],
    ["the value of auth", (_text, secret) => authOf(secret, secret)],
    [
      "a login with user name and password",
      (_text, secret) =>
        JSON.stringify({ auths: { [`https://${HOST}`]: { username: "x", password: secret } } }),
    ],
    ["a Kubernetes secret in YAML", (text) => stringify(secretOf(text))],
    ["a Kubernetes secret in JSON", (text) => JSON.stringify(secretOf(text))],
    ["a list of them, as kubectl prints it", (text) => stringify({ kind: "List", items: [secretOf(text)] })],
    [
      "a Kubernetes secret as it was written by hand",
      (text) => stringify({ kind: "Secret", stringData: { ".dockerconfigjson": text } }),
    ],
    ["the JSON of docr credentials", (_text, secret) => JSON.stringify({ host: HOST, password: secret })],
    ["the same of several", (_text, secret) => JSON.stringify([{ host: HOST, password: secret }])],
  ])("reads %s", async (_title, write) => {
    const { bench, exitCode } = await revokeWritten(write, "acme");
    expect([revoked(bench), exitCode]).toEqual([["revoke minted-secret-1"], 0]);
  });

  it("asks for a hidden credential in a terminal", async () => {
    const bench = createCommandBench({ answers: ["hunter2"] });
    await bench.run(revokeCommand);
    expect(bench.questions).toEqual(["Credential to revoke"]);
  });

  it("exits with 1 for an API token and for what is not DigitalOcean's, and sends neither anywhere", async () => {
    const token = createCommandBench({ stdin: tokenOf("a") });
    expect(await token.run(revokeCommand)).toMatchObject({
      text: "not revoked: the credential is an API token; delete it in DigitalOcean's control panel\n",
      json: { revoked: 0, notRevoked: 1, credentials: [{ key: null, outcome: "api-token" }] },
      exitCode: 1,
    });
    const foreign = createCommandBench({
      stdin: JSON.stringify({ auths: { [HOST]: { auth: authOf("a", "hunter2") } } }),
    });
    expect(await foreign.run(revokeCommand)).toMatchObject({
      text: `not revoked: the credential for ${HOST} was not issued by DigitalOcean\n`,
      exitCode: 1,
    });
    expect([...revoked(token), ...foreign.api.calls]).toEqual([]);
  });

  it("exits with 1 and prints the reason if DigitalOcean does not respond", async () => {
    const bench = createCommandBench({ stdin: tokenOf("9") });
    bench.api.fail("list", "api-timeout");
    expect(await bench.run(revokeCommand)).toMatchObject({
      text: "not revoked: the credential: the api said no\n",
      json: { credentials: [{ outcome: "failed", reason: "the api said no" }] },
      exitCode: 1,
    });
  });

  it.each([
    ['{"auths":{}}', "no-login"],
    ['{"auths":{"ghcr.io":{"auth":"YTpi"}}}', "no-login"],
    ["[1]", "bad-arguments"],
    ["two words", "bad-arguments"],
    ["kind: Secret\n", "bad-arguments"],
    ["a: [", "bad-arguments"],
    ['{"auths":7}', "client-config"],
  ])("finds nothing to revoke in %j, and quotes nothing of it", async (stdin, code) => {
    const failure = await failureOf(() => createCommandBench({ stdin }).run(revokeCommand));
    expect(failure.code).toBe(code);
    expect(failure.message).not.toContain("two words");
  });
});

function secretOf(config: string): unknown {
  const encoded = Buffer.from(config).toString("base64");
  return { apiVersion: "v1", kind: "Secret", data: { ".dockerconfigjson": encoded } };
}
