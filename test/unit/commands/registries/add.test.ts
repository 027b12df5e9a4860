import { describe, expect, it } from "vitest";
import { addCommand, updateCommand } from "../../../../src/commands/registries/add.ts";
import { HelperError } from "../../../../src/core/errors.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { HOUR } from "../../../support/fakes/fixed-clock.ts";
import {
  createRegistryBench,
  HOST,
  HUB,
  loginAt,
  NO_USES,
  storeLogin,
} from "../../../support/fakes/registry-bench.ts";

const CHECKED = { check: true };

describe("docr registry add", () => {
  it("asks for user name and password, checks them with the registry and stores them", async () => {
    const bench = createRegistryBench({ answers: ["sammy", "hunter2"] });
    const { text, json } = await bench.run(addCommand, CHECKED, "GHCR.IO");
    expect(bench.questions).toEqual(["User name for ghcr.io", "Password or access token for ghcr.io"]);
    expect(bench.checks).toEqual(["ghcr.io sammy hunter2"]);
    expect(await loginAt(bench, "ghcr.io")).toBe("sammy hunter2");
    expect(text).toBe("stored the login of sammy for ghcr.io\n");
    expect(json).toEqual({
      host: "ghcr.io",
      username: "sammy",
      storedAt: "2026-11-21T12:00:00.000Z",
      checked: true,
    });
    expect(bench.warnings).toEqual([]);
  });

  it("stores Docker Hub's login under docker's key", async () => {
    const bench = createRegistryBench({ stdin: "hunter2" });
    const flags = { username: "sammy", passwordStdin: true, check: true };
    expect((await bench.run(addCommand, flags, "docker.io")).json).toMatchObject({ host: HUB });
    expect(bench.checks).toEqual(["docker.io sammy hunter2"]);
    expect(await loginAt(bench, HUB)).toBe("sammy hunter2");
  });

  it("stores nothing that the registry rejects", async () => {
    const refusal = new HelperError("api-unauthorized", "refused");
    const bench = createRegistryBench({ stdin: "wrong", refusal });
    const flags = { username: "sammy", passwordStdin: true, check: true };
    expect((await failureOf(() => bench.run(addCommand, flags, "ghcr.io"))).message).toBe("refused");
    expect(bench.keychain.items.size).toBe(0);
  });

  it("asks no registry with --no-check, and reports it", async () => {
    const bench = createRegistryBench({ stdin: "hunter2" });
    const flags = { username: "sammy", passwordStdin: true, check: false };
    const { text, json } = await bench.run(addCommand, flags, "ghcr.io");
    expect(bench.checks).toEqual([]);
    expect(text).toBe("stored the login of sammy for ghcr.io (not checked)\n");
    expect(json).toMatchObject({ checked: false });
  });

  it("reports that the login was not checked if the registry responds without one", async () => {
    const bench = createRegistryBench({ stdin: "hunter2", check: "not-needed" });
    const flags = { username: "sammy", passwordStdin: true, check: true };
    const { text, json } = await bench.run(addCommand, flags, "localhost:5000");
    expect(text).toBe(
      "stored the login of sammy for localhost:5000 (not checked: localhost:5000 answers without a login)\n",
    );
    expect(json).toMatchObject({ checked: false });
  });

  it("replaces a stored login with --yes or a confirmation only", async () => {
    const flags = { username: "rosa", passwordStdin: true, check: true };
    const silent = createRegistryBench({ stdin: "new" });
    await storeLogin(silent, "ghcr.io");
    expect(await failureOf(() => silent.run(addCommand, flags, "ghcr.io"))).toEqual({
      code: "bad-arguments",
      message: "a login for ghcr.io is already stored",
    });
    expect(await loginAt(silent, "ghcr.io")).toBe("sammy hunter2");
    await silent.run(addCommand, { ...flags, yes: true }, "ghcr.io");
    expect(await loginAt(silent, "ghcr.io")).toBe("rosa new");

    const asked = createRegistryBench({ answers: [false, true, "newer"] });
    await storeLogin(asked, "ghcr.io");
    const prompted = { username: "rosa", check: true };
    expect((await failureOf(() => asked.run(addCommand, prompted, "ghcr.io"))).code).toBe("cancelled");
    expect(await loginAt(asked, "ghcr.io")).toBe("sammy hunter2");
    await asked.run(addCommand, prompted, "ghcr.io");
    expect(await loginAt(asked, "ghcr.io")).toBe("rosa newer");
  });

  it("warns if no client asks docr for the host", async () => {
    const bench = createRegistryBench({ stdin: "hunter2", uses: NO_USES });
    await bench.run(addCommand, { username: "sammy", passwordStdin: true, check: true }, "ghcr.io");
    expect(bench.warnings).toEqual(["no client asks docr for ghcr.io yet; run docr configure --global"]);
  });

  it.each([
    ["DigitalOcean's registry", HOST, {}, `docr registry does not manage the login for ${HOST}`],
    [
      "DigitalOcean's registry in another spelling",
      `https://${HOST.toUpperCase()}/acme`,
      {},
      `docr registry does not manage the login for ${HOST}`,
    ],
    ["one image", "ghcr.io/acme/app:v1", {}, "a login is for a registry or a repository, not for one image"],
    ["an image on Docker Hub", "acme/app", {}, "a login's address begins with the registry's host"],
    [
      "no user name with --password-stdin",
      "ghcr.io",
      { passwordStdin: true },
      "--password-stdin requires --username",
    ],
    [
      "an empty user name",
      "ghcr.io",
      { username: "", passwordStdin: true },
      "the user name is empty or contains control characters",
    ],
    [
      "a user name with its password",
      "ghcr.io",
      { username: "sammy:hunter2", passwordStdin: true },
      "the user name contains a colon",
    ],
    [
      "a user name of two lines",
      "ghcr.io",
      { username: "a\nb", passwordStdin: true },
      "the user name is empty or contains control characters",
    ],
  ])("rejects %s", async (_title, host, flags, message) => {
    const bench = createRegistryBench({ stdin: "hunter2" });
    expect(await failureOf(() => bench.run(addCommand, { check: true, ...flags }, host))).toEqual({
      code: "bad-arguments",
      message,
    });
    expect(bench.keychain.items.size).toBe(0);
  });

  it("rejects an empty password", async () => {
    const bench = createRegistryBench({ answers: [""] });
    const failure = await failureOf(() => bench.run(addCommand, { username: "s", check: true }, "ghcr.io"));
    expect(failure).toEqual({ code: "bad-arguments", message: "the password is empty" });
  });

  it("stores a login that the fallback helper does not have", async () => {
    const bench = createRegistryBench({
      stdin: "hunter2",
      env: { DOCR_FALLBACK: "pass" },
      helpers: { "pass list unused": { stdout: "{}", exitCode: 0 } },
    });
    const flags = { username: "sammy", passwordStdin: true, check: true };
    expect((await bench.run(addCommand, flags, "ghcr.io")).json).toMatchObject({ host: "ghcr.io" });
    expect(bench.warnings).toEqual([]);
  });

  it("fails if the fallback helper has a login for the host", async () => {
    const helpers = { "pass list unused": { stdout: '{"ghcr.io":"rosa"}', exitCode: 0 } };
    const bench = createRegistryBench({ stdin: "hunter2", env: { DOCR_FALLBACK: "pass" }, helpers });
    const flags = { username: "sammy", passwordStdin: true, check: true };
    for (const command of [addCommand, updateCommand]) {
      expect(await failureOf(() => bench.run(command, flags, "ghcr.io"))).toEqual({
        code: "bad-setting",
        message:
          "clients get the login for ghcr.io from the fallback helper docker-credential-pass, not from docr",
      });
    }
  });

  it("needs a terminal to ask for what the options do not give", async () => {
    const bench = createRegistryBench();
    expect((await failureOf(() => bench.run(addCommand, CHECKED, "ghcr.io"))).code).toBe("no-terminal");
  });
});

async function deny(): Promise<never> {
  throw new HelperError("registry-denied", "denied");
}

describe("docr registry add for a path", () => {
  const flags = { username: "sammy", passwordStdin: true, check: true };

  it("stores the login in addition to the host's, for clients that request the path's", async () => {
    const bench = createRegistryBench({ stdin: "hunter2", manifest: async () => undefined });
    await storeLogin(bench, "registry.local", "rosa", "of the host");
    const { text, json } = await bench.run(addCommand, flags, "https://registry.local/user1/image1");
    expect(text).toBe("stored the login of sammy for registry.local/user1/image1\n");
    expect(json).toMatchObject({ host: "registry.local/user1/image1", checked: true });
    expect(await loginAt(bench, "registry.local/user1/image1")).toBe("sammy hunter2");
    expect(await loginAt(bench, "registry.local")).toBe("rosa of the host");
    expect(bench.checks).toEqual(["registry.local sammy hunter2"]);
    expect(bench.notes).toEqual([
      "docker and podman ask for registry.local; crane, ko and cosign ask for registry.local/user1/image1 first",
    ]);
  });

  it("stores nothing if the login may not read the repository", async () => {
    const bench = createRegistryBench({ stdin: "hunter2", manifest: deny });
    const work = () => bench.run(addCommand, flags, "registry.local/user1/image1");
    expect((await failureOf(work)).code).toBe("registry-denied");
    expect(bench.keychain.items.size).toBe(0);
  });

  it("stores a login for a Docker Hub repository under the name that clients send", async () => {
    const bench = createRegistryBench({ stdin: "hunter2", manifest: async () => undefined });
    await bench.run(addCommand, flags, "docker.io/ann/app");
    expect(await loginAt(bench, "index.docker.io/ann/app")).toBe("sammy hunter2");
  });

  it("leaves the host's login when it changes the path's", async () => {
    const bench = createRegistryBench({ stdin: "new", manifest: async () => undefined });
    await storeLogin(bench, "registry.local");
    await storeLogin(bench, "registry.local/user1/image1");
    await bench.run(updateCommand, { passwordStdin: true, check: true }, "registry.local/user1/image1");
    expect(await loginAt(bench, "registry.local/user1/image1")).toBe("sammy new");
    expect(await loginAt(bench, "registry.local")).toBe("sammy hunter2");
  });
});

describe("docr registry update", () => {
  it.each([
    ["the user name alone", { username: "rosa" }, "rosa hunter2"],
    ["the password alone", { passwordStdin: true }, "sammy new"],
    ["both", { username: "rosa", passwordStdin: true }, "rosa new"],
  ])("changes %s after a check, and the time", async (_title, flags, login) => {
    const bench = createRegistryBench({ stdin: "new" });
    await storeLogin(bench, "https://ghcr.io");
    bench.clock.pass(HOUR);
    const { text, json } = await bench.run(updateCommand, { check: true, ...flags }, "ghcr.io");
    expect(await loginAt(bench, "ghcr.io")).toBe(login);
    expect(bench.checks).toEqual([`ghcr.io ${login}`]);
    expect(text).toMatch(/^updated the login of (?:sammy|rosa) for ghcr\.io\n$/);
    expect(json).toMatchObject({ storedAt: "2026-11-21T13:00:00.000Z" });
  });

  it("asks for a new password without options", async () => {
    const bench = createRegistryBench({ answers: ["new"] });
    await storeLogin(bench, "ghcr.io");
    await bench.run(updateCommand, CHECKED, "ghcr.io");
    expect(bench.questions).toEqual(["Password or access token for ghcr.io"]);
    expect(await loginAt(bench, "ghcr.io")).toBe("sammy new");
  });

  it("keeps the old login if the registry rejects the new one", async () => {
    const bench = createRegistryBench({
      stdin: "new",
      refusal: new HelperError("api-unauthorized", "refused"),
    });
    await storeLogin(bench, "ghcr.io");
    await failureOf(() => bench.run(updateCommand, { passwordStdin: true, check: true }, "ghcr.io"));
    expect(await loginAt(bench, "ghcr.io")).toBe("sammy hunter2");
  });

  it("throws no-login without a stored login", async () => {
    const bench = createRegistryBench({ stdin: "new" });
    expect(await failureOf(() => bench.run(updateCommand, CHECKED, "ghcr.io"))).toEqual({
      code: "no-login",
      message: "docr has no login for ghcr.io",
    });
  });
});
