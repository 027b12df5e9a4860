import { describe, expect, it } from "vitest";
import { removeCommand } from "../../../../src/commands/registries/remove.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { createRegistryBench, HUB, storeLogin } from "../../../support/fakes/registry-bench.ts";

describe("docr registry remove", () => {
  it("deletes the login after a confirmation only", async () => {
    const bench = createRegistryBench({ answers: [false, true] });
    await storeLogin(bench, "ghcr.io");
    await storeLogin(bench, "quay.io");
    expect((await failureOf(() => bench.run(removeCommand, {}, "ghcr.io"))).code).toBe("cancelled");
    expect(bench.keychain.items.size).toBe(2);
    const { text, json } = await bench.run(removeCommand, {}, "ghcr.io");
    expect([...bench.keychain.items.keys()]).toEqual(["login:quay.io"]);
    expect(text).toBe("deleted the login for ghcr.io from docr's store; the registry still accepts it\n");
    expect(json).toEqual({ host: "ghcr.io", username: "sammy", removed: true });
  });

  it("deletes the login for a path, and not the host's", async () => {
    const bench = createRegistryBench();
    await storeLogin(bench, "registry.local");
    await storeLogin(bench, "registry.local/user1/image1");
    await bench.run(removeCommand, { yes: true }, "registry.local/user1/image1");
    expect([...bench.keychain.items.keys()]).toEqual(["login:registry.local"]);
  });

  it("asks for no confirmation with --yes", async () => {
    const bench = createRegistryBench();
    await storeLogin(bench, HUB);
    await bench.run(removeCommand, { yes: true }, "docker.io");
    expect(bench.keychain.items.size).toBe(0);
  });

  it("fails without a stored login, and without a terminal", async () => {
    const bench = createRegistryBench();
    expect((await failureOf(() => bench.run(removeCommand, { yes: true }, "ghcr.io"))).code).toBe("no-login");
    await storeLogin(bench, "ghcr.io");
    expect((await failureOf(() => bench.run(removeCommand, {}, "ghcr.io"))).code).toBe("no-terminal");
  });
});
