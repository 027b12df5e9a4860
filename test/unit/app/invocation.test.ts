import { describe, expect, it } from "vitest";
import { readInvocation, userEnvironment } from "../../../src/app/invocation.ts";

describe("the program is called as docker-credential-docr", () => {
  it.each([
    ["by the launcher's hidden argument", ["--as-helper", "get"], "/usr/bin/docr"],
    ["by a link's name", ["get"], "docker-credential-docr"],
    ["by a link's path", ["get"], "/usr/bin/docker-credential-docr"],
    ["by a copy's name on Windows", ["get"], "C:\\bin\\docker-credential-docr.exe"],
    ["under another name for a client", ["get"], "docker-credential-work"],
  ])("%s", (_title, given, path) => {
    expect(readInvocation(given, [path])).toEqual({ args: ["get"], isHelper: true, isColorless: false });
  });

  it.each(["docr", "/usr/local/bin/docr", "node", "/opt/docker-credential-docr/docr"])(
    "but not as %s",
    (path) => {
      expect(readInvocation(["status"], [path])).toMatchObject({ args: ["status"], isHelper: false });
    },
  );
});

describe("--no-color", () => {
  it.each([
    [
      ["--no-color", "status", "--json"],
      ["status", "--json"],
    ],
    [["--no-color", "--version"], ["--version"]],
    [["--no-color"], []],
  ])("%j stands before a command as behind it", (given, args) => {
    expect(readInvocation(given, ["docr"])).toEqual({ args, isHelper: false, isColorless: true });
  });

  it("stays behind the command", () => {
    expect(readInvocation(["status", "--no-color"], ["docr"])).toEqual({
      args: ["status", "--no-color"],
      isHelper: false,
      isColorless: true,
    });
  });
});

it("the user's environment has the held variables under their own names", () => {
  const env = {
    HOME: "/home/sammy",
    DOCR_HELD: "NODE_EXTRA_CA_CERTS,OPENSSL_CONF",
    DOCR_HELD_NODE_EXTRA_CA_CERTS: "/etc/proxy.pem",
    DOCR_HELD_OPENSSL_CONF: "",
  };
  expect(userEnvironment(env)).toEqual({
    HOME: "/home/sammy",
    NODE_EXTRA_CA_CERTS: "/etc/proxy.pem",
    OPENSSL_CONF: "",
  });
});

it("without held variables, the user's environment is the process's own", () => {
  const env = { HOME: "/home/sammy", NODE_DEBUG: "http" };
  expect(userEnvironment(env)).toBe(env);
});
