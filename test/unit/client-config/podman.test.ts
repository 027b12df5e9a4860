import { describe, expect, it } from "vitest";
import {
  answerWith,
  authOf,
  type ClientHome,
  createClientHome,
  opened,
} from "../../support/fakes/client-home.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";

const FILE = "~/.config/containers/auth.json";
const REGISTRIES = "~/.config/containers/registries.conf";

const resolve = async (home: ClientHome, host: string, repository?: string): Promise<readonly unknown[]> =>
  opened(await home.clients.resolve(host, "podman", { repository }));

const login = (name: string) => ({ auth: authOf(name, `of ${name}`) });

describe("a login in podman's files", () => {
  it("is the one with the longest key that is the image's name or a prefix of it", async () => {
    const home = createClientHome();
    home.podman({
      auths: { "quay.io": login("host"), "quay.io/acme": login("acme"), "quay.io/acme/app/x": login("x") },
    });
    const found = async (repository?: string) => (await resolve(home, "quay.io", repository)).slice(2);
    expect(await found("acme/app")).toEqual(["quay.io/acme", ["acme", "of acme"]]);
    expect(await found("acme/app/x")).toEqual(["quay.io/acme/app/x", ["x", "of x"]]);
    expect(await found("acmeapp")).toEqual(["quay.io", ["host", "of host"]]);
    expect(await found()).toEqual(["quay.io", ["host", "of host"]]);
  });

  it("is looked for in podman's runtime file, then its older one, then docker's", async () => {
    const home = createClientHome({ runtime: true });
    const sourceOf = async () => (await resolve(home, "quay.io"))[1];
    expect(await sourceOf()).toBe("~/run/containers/auth.json");
    home.docker({ auths: { "quay.io": login("docker") } });
    expect(await sourceOf()).toBe("~/.docker/config.json");
    home.podman({ auths: { "quay.io": login("older") } });
    expect(await sourceOf()).toBe(FILE);
    home.write("run/containers/auth.json", { auths: { "quay.io": login("runtime") } });
    expect(await resolve(home, "quay.io")).toEqual([
      "auths",
      "~/run/containers/auth.json",
      "quay.io",
      ["runtime", "of runtime"],
    ]);
  });

  it("is found for Docker Hub under any of its names, including docker's URL", async () => {
    const home = createClientHome();
    for (const key of [
      "docker.io",
      "index.docker.io",
      "https://index.docker.io/v1/",
      "registry-1.docker.io",
    ]) {
      home.podman({ auths: { [key]: login("hub") } });
      expect((await resolve(home, "docker.io", "library/alpine")).slice(2)).toEqual([key, ["hub", "of hub"]]);
    }
  });

  it("is found under a URL of its host, but not under another host's path", async () => {
    const home = createClientHome();
    home.podman({ auths: { "https://quay.io/v1/": login("url") } });
    expect((await resolve(home, "quay.io", "a"))[2]).toBe("https://quay.io/v1/");
    home.podman({ auths: { "quay.io/b": login("b") } });
    expect((await resolve(home, "quay.io", "a"))[0]).toBe("none");
  });

  it("is found under the key that the user names, and no other", async () => {
    const home = createClientHome();
    home.podman({ auths: { "quay.io/acme": login("acme"), "a.example/x": login("x") } });
    const options = { repository: "acme/app", key: "a.example/x" };
    expect(opened(await home.clients.resolve("quay.io", "podman", options))[2]).toBe("a.example/x");
  });

  it("with an identity token counts only if it has an auth too", async () => {
    const home = createClientHome();
    home.podman({ auths: { "a.example": { identitytoken: "idt" } } });
    expect((await resolve(home, "a.example"))[0]).toBe("none");
    home.podman({ auths: { "a.example": { auth: authOf("0000", ""), identitytoken: "idt" } } });
    expect((await resolve(home, "a.example"))[3]).toEqual(["identity-token", "idt"]);
  });

  it("is ignored if it has no colon, or is in docker's other fields", async () => {
    const home = createClientHome();
    home.podman({
      auths: {
        "a.example": { auth: Buffer.from("x").toString("base64") },
        "b.example": { username: "u", password: "p" },
      },
    });
    expect((await resolve(home, "a.example"))[0]).toBe("none");
    expect((await resolve(home, "b.example"))[0]).toBe("none");
  });

  it("that is not base64 fails for its own host only", async () => {
    const home = createClientHome();
    home.podman({ auths: { "a.example": { auth: "hunter2!" }, "b.example": login("b") } });
    expect((await resolve(home, "b.example"))[0]).toBe("auths");
    expect(await failureOf(() => resolve(home, "a.example"))).toEqual({
      code: "client-config",
      message: `an auth in ${FILE} is not base64`,
    });
  });
});

describe("podman's helpers", () => {
  it("of credHelpers are asked for the host; credsStore is ignored", async () => {
    const home = createClientHome({ helpers: { "docr quay.io": answerWith("u", "p") } });
    home.podman({
      credHelpers: { "quay.io": "docr" },
      credsStore: "pass",
      auths: { "quay.io/acme": login("x") },
    });
    expect(await resolve(home, "quay.io", "acme/app")).toEqual([
      "credHelpers",
      FILE,
      "quay.io",
      "docr",
      ["u", "p"],
    ]);
    expect((await resolve(home, "ghcr.io"))[0]).toBe("none");
    expect(home.asked).toEqual(["docr get quay.io"]);
  });

  it("receive only the host, except docr, which finds the registry's name in the path", async () => {
    const host = "registry.digitalocean.com";
    const home = createClientHome({ helpers: { [`docr ${host}/beta/app`]: answerWith("b", "beta") } });
    home.podman({ credHelpers: { [host]: "docr", "quay.io": "docr" } });
    expect((await resolve(home, host, "beta/app")).slice(2)).toEqual([host, "docr", ["b", "beta"]]);
    await resolve(home, "quay.io", "beta/app");
    expect(home.asked).toEqual([`docr get ${host}/beta/app`, "docr get quay.io"]);
  });

  it("without a login for the host end the search in the files, as in podman", async () => {
    const home = createClientHome();
    home.podman({ credHelpers: { "quay.io": "docr" } });
    home.docker({ auths: { "quay.io": login("docker") } });
    expect(await resolve(home, "quay.io")).toEqual(["credHelpers", FILE, "quay.io", "docr", undefined]);
  });

  it("of registries.conf are asked in order, with the files as one of them", async () => {
    const home = createClientHome({ helpers: { "docr quay.io": answerWith("u", "p") } });
    home.registries('credential-helpers = ["pass", "containers-auth.json", "docr"]');
    home.podman({ auths: { "ghcr.io": login("file") } });
    expect(await resolve(home, "quay.io")).toEqual([
      "credential-helpers",
      REGISTRIES,
      "quay.io",
      "docr",
      ["u", "p"],
    ]);
    expect((await resolve(home, "ghcr.io"))[0]).toBe("auths");
    expect(home.asked).toEqual(["pass get quay.io", "docr get quay.io", "pass get ghcr.io"]);
  });

  it("stop docr from reading the files if the files are not among them", async () => {
    const home = createClientHome();
    home.registries('credential-helpers = ["docr"]');
    home.podman("{ broken");
    expect(await resolve(home, "quay.io")).toEqual([
      "credential-helpers",
      REGISTRIES,
      "quay.io",
      "docr",
      undefined,
    ]);
  });

  it("that fail are an error only if no other has a login", async () => {
    const failing = { stdout: "shut", exitCode: 1 };
    const home = createClientHome({
      helpers: { "pass quay.io": failing, "pass ghcr.io": failing, "docr quay.io": answerWith("u", "p") },
    });
    home.registries('credential-helpers = ["pass", "docr"]');
    expect((await resolve(home, "quay.io"))[3]).toBe("docr");
    expect((await failureOf(() => resolve(home, "ghcr.io"))).message).toBe(
      "docker-credential-pass failed with exit code 1",
    );
  });

  it("are asked after a broken file, which is an error only if they have no login", async () => {
    const home = createClientHome({ helpers: { "docr quay.io": answerWith("u", "p") } });
    home.registries('credential-helpers = ["containers-auth.json", "docr"]');
    home.podman("{ hunter2");
    expect((await resolve(home, "quay.io"))[3]).toBe("docr");
    expect(await failureOf(() => resolve(home, "ghcr.io"))).toEqual({
      code: "client-config",
      message: `${FILE} is not valid JSON (line 1)`,
    });
  });

  it("of a broken registries.conf are an error", async () => {
    const home = createClientHome();
    home.registries("credential-helpers = [");
    expect(await failureOf(() => resolve(home, "quay.io"))).toEqual({
      code: "client-config",
      message: `${REGISTRIES} is not valid TOML (line 1)`,
    });
  });
});
