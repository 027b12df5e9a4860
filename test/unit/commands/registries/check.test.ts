import { describe, expect, it } from "vitest";
import { runCommand } from "../../../../src/cli/run-command.ts";
import { checkLoginCommand } from "../../../../src/commands/registries/check.ts";
import { HelperError } from "../../../../src/core/errors.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { createRegistryBench, HOST, HUB, storeLogin } from "../../../support/fakes/registry-bench.ts";

const refusal = new HelperError("registry-unauthorized", "ghcr.io rejected the login (HTTP 401)");

describe("docr registry check", () => {
  it("sends the stored login to the registry", async () => {
    const bench = createRegistryBench();
    await storeLogin(bench, "ghcr.io");
    expect(await bench.run(checkLoginCommand, {}, ["GHCR.io"])).toEqual({
      text: "accepted: ghcr.io accepts the login\n  login  docr's store\n",
      json: { registry: "ghcr.io", login: { source: "docr" }, status: "accepted" },
      exitCode: 0,
    });
    expect(bench.checks).toEqual(["ghcr.io sammy hunter2"]);
  });

  it("exits with 4 if the registry rejects it", async () => {
    const bench = createRegistryBench({ refusal });
    await storeLogin(bench, "ghcr.io");
    expect(await bench.run(checkLoginCommand, {}, ["ghcr.io"])).toMatchObject({
      json: { status: "refused", reason: refusal.message },
      exitCode: 4,
    });
  });

  it("does not report a login as accepted if the registry needs none", async () => {
    const bench = createRegistryBench({ check: "not-needed" });
    await storeLogin(bench, "ghcr.io");
    expect((await bench.run(checkLoginCommand, {}, ["ghcr.io"])).text).toBe(
      "open: ghcr.io answers without a login\n  login  docr's store; not checked\n",
    );
  });

  it("checks a path's login for its repository", async () => {
    const asked: unknown[] = [];
    const bench = createRegistryBench({
      manifest: async ({ host, repository }) => void asked.push([host, repository]),
    });
    await storeLogin(bench, "registry.local/user1/image1");
    await bench.run(checkLoginCommand, {}, ["registry.local/user1/image1"]);
    expect(asked).toEqual([["registry.local", "user1/image1"]]);
  });

  it("checks a login for DigitalOcean's registry that a client stored", async () => {
    const bench = createRegistryBench();
    await storeLogin(bench, HOST, "finished", "credential");
    await bench.run(checkLoginCommand, {}, [HOST]);
    expect(bench.checks).toEqual([`${HOST} finished credential`]);
  });

  it("prints one row per login", async () => {
    const bench = createRegistryBench();
    await storeLogin(bench, "ghcr.io");
    await storeLogin(bench, HUB);
    const { text, json } = await bench.run(checkLoginCommand, {}, ["ghcr.io", "docker.io"]);
    expect(text).toBe("accepted  ghcr.io\naccepted  docker.io\n");
    expect(json).toHaveLength(2);
  });

  it("throws no-login without a stored login, and the error of a failed check", async () => {
    const bench = createRegistryBench({ refusal: new HelperError("registry-timeout", "no response") });
    expect((await failureOf(() => bench.run(checkLoginCommand, {}, ["ghcr.io"]))).code).toBe("no-login");
    await storeLogin(bench, "ghcr.io");
    expect((await failureOf(() => bench.run(checkLoginCommand, {}, ["ghcr.io"]))).code).toBe(
      "registry-timeout",
    );
  });
});

describe("the aliases of docr registry", () => {
  it.each([
    [["ls"], "HOST     USER NAME  STORED                USED BY\n"],
    [["inspect", "ghcr.io"], "host       ghcr.io\n"],
    [["rm", "ghcr.io", "--yes"], "deleted the login for ghcr.io"],
  ])("%j", async (args, start) => {
    const bench = createRegistryBench();
    await storeLogin(bench, "ghcr.io");
    const { stdout, exitCode } = await runCommand(["registry", ...args], bench.context);
    expect([stdout.slice(0, start.length), exitCode]).toEqual([start, 0]);
  });

  it("have the help and the messages of their command", async () => {
    const { context } = createRegistryBench();
    expect((await runCommand(["registry", "rm", "--help"], context)).stdout).toMatch(
      /^Usage: docr registry remove\|rm /,
    );
    expect((await runCommand(["registry", "inspect"], context)).stderr).toContain(
      "docr registry show requires the argument <host>",
    );
  });
});
