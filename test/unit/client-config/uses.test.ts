import { describe, expect, it } from "vitest";
import { authOf, createClientHome } from "../../support/fakes/client-home.ts";

const DOCKER = "~/.docker/config.json";
const PODMAN = "~/.config/containers/auth.json";

describe("the clients that ask docr for a host", () => {
  it("are docker with credsStore, and podman with credHelpers only", async () => {
    const home = createClientHome();
    home.docker({ credsStore: "docr" });
    home.podman({ credHelpers: { "ghcr.io": "docr" } });
    expect(await home.clients.usesOf("ghcr.io")).toEqual({
      usedBy: [
        { client: "docker", source: DOCKER, kind: "helper", setting: "credsStore", helper: "docr" },
        { client: "podman", source: PODMAN, kind: "helper", setting: "credHelpers", helper: "docr" },
      ],
      shadowedBy: [],
      warnings: [],
    });
    expect((await home.clients.usesOf("quay.io")).usedBy.map(({ client }) => client)).toEqual(["docker"]);
    expect(home.asked).toEqual([]);
  });

  it("include podman through docker's file if podman has no file of its own", async () => {
    const home = createClientHome();
    home.docker({ credHelpers: { "ghcr.io": "docr" } });
    const { usedBy } = await home.clients.usesOf("ghcr.io");
    expect(usedBy.map(({ client, source }) => [client, source])).toEqual([
      ["docker", DOCKER],
      ["podman", DOCKER],
    ]);
  });

  it("are none if a login in a file or another helper comes first", async () => {
    const home = createClientHome();
    home.docker({ credsStore: "pass" });
    home.podman({ auths: { "ghcr.io": { auth: authOf("sammy", "plain") } } });
    home.registries('credential-helpers = ["containers-auth.json", "docr"]');
    expect(await home.clients.usesOf("ghcr.io")).toEqual({
      usedBy: [],
      shadowedBy: [
        { client: "docker", source: DOCKER, kind: "helper", setting: "credsStore", helper: "pass" },
        { client: "podman", source: PODMAN, kind: "file" },
      ],
      warnings: [],
    });
  });

  it("include podman after another helper, which may have no login", async () => {
    const home = createClientHome();
    home.registries('credential-helpers = ["pass", "docr"]');
    const { usedBy, shadowedBy } = await home.clients.usesOf("ghcr.io");
    expect(usedBy.map(({ client }) => client)).toEqual(["podman"]);
    expect(shadowedBy).toMatchObject([{ client: "podman", helper: "pass" }]);
  });

  it("are only crane and similar tools for a path, because docker and podman send hosts", async () => {
    const home = createClientHome();
    home.docker({ credsStore: "docr" });
    home.podman({ credHelpers: { "registry.local": "docr" } });
    expect((await home.clients.usesOf("registry.local/user1/image1")).usedBy).toEqual([
      { client: "crane", source: DOCKER, kind: "helper", setting: "credsStore", helper: "docr" },
    ]);
    home.docker({ credHelpers: { "registry.local": "docr" } });
    expect((await home.clients.usesOf("registry.local/user1/image1")).usedBy).toEqual([]);
  });

  it("are docker and podman for Docker Hub, under docker's key and podman's", async () => {
    const home = createClientHome();
    home.docker({ credsStore: "docr" });
    home.registries('credential-helpers = ["docr"]');
    const clientsOf = async (key: string) =>
      (await home.clients.usesOf(key)).usedBy.map(({ client }) => client);
    expect(await clientsOf("https://index.docker.io/v1/")).toEqual(["docker", "podman"]);
    expect(await clientsOf("docker.io")).toEqual(["docker", "podman"]);
    expect(await clientsOf("https://index.docker.io/v1/access-token")).toEqual(["docker"]);
  });

  it("are found in the files that can be read", async () => {
    const home = createClientHome();
    home.docker("{ broken");
    home.registries('credential-helpers = ["docr"]');
    const { usedBy, broken = [], warnings } = await home.clients.usesOf("ghcr.io");
    expect(usedBy.map(({ client }) => client)).toEqual(["podman"]);
    expect(broken.map(({ client }) => client)).toEqual(["docker"]);
    expect(warnings).toEqual([`${DOCKER} is not valid JSON (line 1)`]);
  });
});
