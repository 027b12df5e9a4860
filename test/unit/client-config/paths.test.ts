import { describe, expect, it } from "vitest";
import {
  dockerConfigPath,
  podmanAuthPath,
  podmanAuthPaths,
  registriesConfPath,
  registriesConfPlaces,
  pathLabel,
} from "../../../src/client-config/paths.ts";
import type { Environment, Machine } from "../../../src/core/machine.ts";

const linux = (env: Environment): Machine => ({ env, platform: "linux", uid: 1000 });
const HOME = "/home/sammy";

describe("docker's config.json", () => {
  it.each([
    [linux({ HOME }), "/home/sammy/.docker/config.json"],
    [linux({ HOME, DOCKER_CONFIG: "/etc/dk" }), "/etc/dk/config.json"],
    [linux({ HOME, DOCKER_CONFIG: "" }), "/home/sammy/.docker/config.json"],
    [linux({ DOCKER_CONFIG: "/etc/dk" }), "/etc/dk/config.json"],
    [linux({}), undefined],
    [
      { env: { USERPROFILE: "C:\\Users\\s", HOME: "/x" }, platform: "win32", uid: undefined },
      "C:\\Users\\s/.docker/config.json",
    ],
  ])("of %j is %s", (machine, path) => {
    expect(dockerConfigPath(machine)).toBe(path);
  });
});

describe("podman's auth.json", () => {
  it.each([
    [linux({ HOME, XDG_RUNTIME_DIR: "/run/user/1000" }), "/run/user/1000/containers/auth.json"],
    [linux({ HOME }), "/run/containers/1000/auth.json"],
    [linux({ HOME, XDG_RUNTIME_DIR: "/run/user/1000", REGISTRY_AUTH_FILE: "/a.json" }), "/a.json"],
    [linux({ HOME, XDG_RUNTIME_DIR: "/run/user/1000", DOCKER_CONFIG: "/etc/dk" }), "/etc/dk/config.json"],
    [linux({ HOME, REGISTRY_AUTH_FILE: "/a.json", DOCKER_CONFIG: "/etc/dk" }), "/a.json"],
    [{ env: { HOME }, platform: "darwin", uid: 501 }, "/home/sammy/.config/containers/auth.json"],
    [{ env: {}, platform: "darwin", uid: 501 }, undefined],
  ])("that a login writes, of %j, is %s", (machine, path) => {
    expect(podmanAuthPath(machine)).toBe(path);
  });

  it("is looked for in three places, docker's last", () => {
    expect(podmanAuthPaths(linux({ HOME, XDG_RUNTIME_DIR: "/run/user/1000" }))).toEqual([
      "/run/user/1000/containers/auth.json",
      "/home/sammy/.config/containers/auth.json",
      "/home/sammy/.docker/config.json",
    ]);
    expect(podmanAuthPaths(linux({ HOME, XDG_CONFIG_HOME: "/c" }))).toContain("/c/containers/auth.json");
  });

  it("is looked for once in each place", () => {
    expect(podmanAuthPaths({ env: { HOME }, platform: "darwin", uid: 501 })).toEqual([
      "/home/sammy/.config/containers/auth.json",
      "/home/sammy/.docker/config.json",
    ]);
  });

  it.each([
    [{ REGISTRY_AUTH_FILE: "/a.json" }, "/a.json"],
    [{ DOCKER_CONFIG: "/etc/dk" }, "/etc/dk/config.json"],
  ])("is only the file that %j names", (env, path) => {
    expect(podmanAuthPaths(linux({ HOME, XDG_RUNTIME_DIR: "/run/user/1000", ...env }))).toEqual([path]);
  });
});

describe("registries.conf", () => {
  const own = "/home/sammy/.config/containers/registries.conf";
  const system = "/etc/containers/registries.conf";

  it("is the user's with its own drop-ins, else the system's with both kinds of drop-ins", () => {
    const machine = linux({ HOME });
    expect(registriesConfPath(machine)).toBe(own);
    expect(registriesConfPlaces(machine)).toEqual([
      { file: own, folders: [`${own}.d`] },
      { file: system, folders: [`${system}.d`, `${own}.d`] },
    ]);
  });

  it("is the one that the environment names, with both kinds of drop-ins", () => {
    expect(registriesConfPlaces(linux({ HOME, CONTAINERS_REGISTRIES_CONF: "/r.conf" }))).toEqual([
      { file: "/r.conf", folders: [`${system}.d`, `${own}.d`] },
    ]);
  });

  it("is the system's without a home", () => {
    expect(registriesConfPlaces(linux({}))).toEqual([{ file: system, folders: [`${system}.d`] }]);
  });
});

describe("the label of a path", () => {
  it.each([
    ["/home/sammy/.docker/config.json", "~/.docker/config.json"],
    ["/home/sammy2/x", "/home/sammy2/x"],
    ["/etc/x", "/etc/x"],
  ])("%s is %s", (path, label) => {
    expect(pathLabel(path, linux({ HOME }))).toBe(label);
  });
});
