import { describe, expect, it } from "vitest";
import { runCommand } from "../../../../src/cli/run-command.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { createVerbBench, type VerbBenchOptions } from "../../../support/fakes/verb-bench.ts";

const run = (args: readonly string[], options: VerbBenchOptions = {}) => {
  const bench = createVerbBench(options);
  return runCommand(args, bench.context);
};

describe("the usage of the verbs about clients", () => {
  it.each([
    [["resolve"], "docr resolve needs the argument <image|host>"],
    [["resolve", "a", "b"], "docr resolve takes 1 argument"],
    [["resolve", "ghcr.io", "--client", "nerdctl"], "--client must be docker or podman"],
    [
      ["secret", "ghcr.io", "--format", "yaml"],
      "--format must be auth, kubernetes-secret or username-password",
    ],
    [["registry"], "docr registry needs a command"],
    [["registry", "add", "ghcr.io", "--password", "hunter2"], "unknown option '--password'"],
    [["registry", "remove", "ghcr.io", "--force"], "unknown option '--force'"],
  ])("is told in one line where it is wrong: %j", async (args, message) => {
    const failure = await failureOf(() => run(args));
    expect(failure.code).toBe("bad-arguments");
    expect(failure.message).toMatch(message);
    expect(failure.message).not.toMatch(/hunter2|\n/);
  });

  it.each(["list", "show", "add", "update", "remove"])(
    "has an example for docr registry %s",
    async (name) => {
      expect((await run(["registry", name, "--help"])).stdout).toMatch(
        new RegExp(`\nExamples:\n  \\$ docr registry ${name}`),
      );
    },
  );

  it("reaches the verbs: flags, defaults and exit codes", async () => {
    const asked: unknown[] = [];
    const clients: VerbBenchOptions["clients"] = {
      async resolve(host, client, options) {
        asked.push([host, client, options]);
        return {
          client,
          source: "f",
          kind: "file",
          key: "k",
          login: {
            kind: "password",
            credential: { username: new Secret("u"), secret: new Secret("p") },
          },
          warnings: [],
        };
      },
      usesOf: async () => ({ usedBy: [], shadowedBy: [], warnings: [] }),
    };
    const { stdout } = await run(["resolve", "quay.io/a/b", "--client", "podman", "--reveal", "--json"], {
      clients,
    });
    expect(JSON.parse(stdout)).toMatchObject({ username: "u", secret: "p" });
    await run(["resolve", "quay.io", "--key", "other"], { clients });
    expect(asked).toEqual([
      ["quay.io", "podman", { repository: "a/b", key: undefined }],
      ["quay.io", "docker", { repository: undefined, key: "other" }],
    ]);
    const flags = ["--username", "u", "--password-stdin", "--no-check"];
    const added = await run(["registry", "add", "quay.io", ...flags], { clients, stdin: "p" });
    expect(added).toEqual({ stdout: "kept the login of u for quay.io, unchecked\n", exitCode: 0 });
  });
});
