import { describe, expect, it } from "vitest";
import { tokenCommand } from "../../../../src/commands/images/token.ts";
import { runCommand } from "../../../../src/cli/run-command.ts";
import { HelperError } from "../../../../src/core/errors.ts";
import { Secret } from "../../../../src/core/secret.ts";
import type { Registries } from "../../../../src/oci/registries.ts";
import { createCommandBench } from "../../../support/fakes/command-bench.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";

function createScene(registries: Partial<Registries> = {}) {
  const asked: unknown[] = [];
  const bench = createCommandBench({
    clients: {
      async resolve(host, client) {
        const credential = { username: new Secret("ann"), secret: new Secret("hunter2") };
        return {
          client,
          source: "f",
          kind: "file",
          key: host,
          login: { kind: "password", credential },
          warnings: [],
        };
      },
    },
    registries: {
      async fetchToken({ repository }, login, access) {
        asked.push([repository, login !== undefined, access]);
        return {
          secret: new Secret("e30.e30.x"),
          scope: `repository:${repository}:${access}`,
          expiresInSeconds: 300,
        };
      },
      ...registries,
    },
  });
  return { bench, asked };
}

describe("docr token", () => {
  it("prints the token alone, for curl", async () => {
    const { bench, asked } = createScene();
    const { text, json } = await bench.run(tokenCommand, {}, "ghcr.io/acme/app:v1");
    expect(text).toBe("e30.e30.x\n");
    expect(json).toEqual({
      host: "ghcr.io",
      repository: "acme/app",
      scope: "repository:acme/app:pull",
      token: "e30.e30.x",
      expiresInSeconds: 300,
    });
    expect(asked).toEqual([["acme/app", true, "pull"]]);
  });

  it("asks for push too with --push, and without a login with --anonymous", async () => {
    const { bench, asked } = createScene();
    await bench.run(tokenCommand, { push: true }, "ghcr.io/acme/app");
    await bench.run(tokenCommand, { anonymous: true }, "ghcr.io/acme/app");
    expect(asked).toEqual([
      ["acme/app", true, "pull,push"],
      ["acme/app", false, "pull"],
    ]);
  });

  it("is for a repository", async () => {
    const { bench } = createScene();
    expect((await failureOf(() => bench.run(tokenCommand, {}, "ghcr.io"))).code).toBe("bad-arguments");
  });

  it("exits with 4 and prints nothing if the registry rejects the login or the access", async () => {
    const { bench } = createScene({
      fetchToken: async () => {
        throw new HelperError("registry-denied", "the token service of ghcr.io did not grant push");
      },
    });
    expect(await runCommand(["token", "ghcr.io/acme/app"], bench.context)).toMatchObject({
      stdout: "",
      exitCode: 4,
    });
  });
});
