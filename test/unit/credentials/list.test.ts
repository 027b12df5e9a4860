import { describe, expect, it } from "vitest";
import { HelperError, type ErrorCode } from "../../../src/core/errors.ts";
import { Secret } from "../../../src/core/secret.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";
import {
  answerOf,
  createCredentialsBench,
  tokenOf,
  type CredentialsBench,
} from "../../support/fakes/credentials-bench.ts";

const HOST = "registry.digitalocean.com";
const list = async (bench: CredentialsBench) => Object.fromEntries(await bench.helper.list());

describe("the list", () => {
  it("is empty where nobody logged in", async () => {
    expect(await list(createCredentialsBench())).toEqual({});
  });

  it("names each login as the client spelled it", async () => {
    const bench = createCredentialsBench();
    await bench.helper.store("https://index.docker.io/v1/", "sammy", new Secret("x"));
    await bench.helper.store("GHCR.io", "rosa", new Secret("y"));
    expect(await list(bench)).toEqual({ "https://index.docker.io/v1/": "sammy", "GHCR.io": "rosa" });
  });

  it.each([
    ["an API token in the environment", async () => createCredentialsBench({ apiToken: tokenOf("a") })],
    ["doctl's API token", async () => createCredentialsBench({ doctl: { default: tokenOf("a") } })],
    [
      "an API token in the keychain",
      async () => {
        const bench = createCredentialsBench();
        await bench.helper.store(HOST, "sammy", new Secret(tokenOf("a")));
        return bench;
      },
    ],
    [
      "a finished credential",
      async () => {
        const bench = createCredentialsBench();
        await bench.helper.store(HOST, "hunter2", new Secret("hunter2"));
        return bench;
      },
    ],
  ])("names our host with a label where there is %s", async (_title, create) => {
    const bench = await create();
    expect(await list(bench)).toEqual({ [HOST]: "docr" });
    expect(await answerOf(bench)).toHaveLength(2);
  });

  it("never shows a secret, though a minted user name can be one", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await answerOf(bench);
    expect(JSON.stringify(await list(bench))).not.toMatch(/minted-secret|dop_v1/);
  });

  it("answers for exactly what get answers", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await bench.helper.store("https://a.example/v1/", "sammy", new Secret("x"));
    await bench.helper.store("b.example:5000", "<token>", new Secret("y"));
    for (const serverUrl of (await bench.helper.list()).keys()) {
      expect(await answerOf(bench, serverUrl)).toHaveLength(2);
    }
  });

  it("does not call the API", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await list(bench);
    expect(bench.api.calls).toEqual([]);
  });

  it("is our host alone on a runner with its API token in the environment and no keychain", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    bench.keychain.failWith(new HelperError("keychain-missing", "there is no keychain in this session"));
    expect(await list(bench)).toEqual({ [HOST]: "docr" });
  });

  it("fails without a keychain where the environment holds no API token", async () => {
    const bench = createCredentialsBench();
    bench.keychain.failWith(new HelperError("keychain-missing", "there is no keychain in this session"));
    expect(await failureOf(() => list(bench))).toMatchObject({ code: "keychain-missing" });
  });

  it.each<ErrorCode>(["keychain-locked", "keychain-silent", "keychain-failed"])(
    "is never empty because of a keychain that fails (%s)",
    async (code) => {
      const bench = createCredentialsBench({ apiToken: tokenOf("a") });
      bench.keychain.failWith(new HelperError(code, "the message"));
      expect(await failureOf(() => list(bench))).toEqual({ code, message: "the message" });
    },
  );
});
