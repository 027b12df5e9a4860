import { expect, it, vi } from "vitest";
import {
  heldEnvironment,
  startCleanly,
  takeEnvironment,
} from "../../../../src/app/process/own-environment.ts";

const HELD = {
  HOME: "/home/ann",
  DOCR_HELD: "NODE_DEBUG,SSL_CERT_DIR",
  DOCR_HELD_NODE_DEBUG: "net",
  DOCR_HELD_SSL_CERT_DIR: "/certs",
};
const USER = { HOME: "/home/ann", NODE_DEBUG: "net", SSL_CERT_DIR: "/certs" };

it("the held variables get other names, which the next docr reads as the user's", () => {
  expect(heldEnvironment(USER)).toEqual(HELD);
  expect(takeEnvironment({ ...HELD })).toEqual(USER);
  expect(heldEnvironment({ HOME: "/home/ann", EMPTY: undefined })).toEqual({ HOME: "/home/ann" });
});

it("the process's own environment loses the held variables, and the user's keeps them", () => {
  const own = { ...USER, G_DEBUG: "fatal-warnings" };
  expect(takeEnvironment(own)).toEqual({ ...USER, G_DEBUG: "fatal-warnings" });
  expect(own).toEqual({ HOME: "/home/ann" });
});

it("an environment without held variables is the user's as it is", () => {
  const own = { HOME: "/home/ann", LD_LIBRARY_PATH: "/lib" };
  expect(takeEnvironment(own)).toBe(own);
});

it("a file with authorities keeps OpenSSL from its directory, and the user's environment as it is", () => {
  const own = { SSL_CERT_FILE: "/ca.pem" };
  expect(takeEnvironment(own)).toEqual({ SSL_CERT_FILE: "/ca.pem" });
  expect(own).toEqual({ SSL_CERT_FILE: "/ca.pem", SSL_CERT_DIR: "/dev/null" });
});

it("a directory for OpenSSL is only the user's", () => {
  const user = { SSL_CERT_FILE: "/ca.pem", SSL_CERT_DIR: "/certs" };
  const own = { ...user };
  expect(takeEnvironment(own)).toEqual(user);
  expect(own).toEqual({ SSL_CERT_FILE: "/ca.pem", SSL_CERT_DIR: "/dev/null" });
});

function startOf(env: Record<string, string>, connected = false) {
  const execve = vi.fn<(file: string, args?: readonly string[], env?: NodeJS.ProcessEnv) => never>();
  startCleanly({
    env,
    argv: ["/bin/docr", "/bin/docr", "get"],
    argv0: "docker-credential-docr",
    connected,
    execPath: process.execPath,
    execArgv: [],
    execve,
  });
  return execve.mock.calls;
}

it.each(["NODE_COMPILE_CACHE", "NODE_DEBUG", "NODE_DEBUG_NATIVE", "NODE_V8_COVERAGE"])(
  "docr starts again without %s, under the same name and with the same arguments",
  (name) => {
    const held = { DOCR_HELD: name, [`DOCR_HELD_${name}`]: "x" };
    expect(startOf({ [name]: "x" })).toEqual([[expect.any(String), ["docker-credential-docr", "get"], held]]);
  },
);

it("docr starts again without a channel to its parent", () => {
  expect(startOf({ HOME: "/" }, true)).toEqual([[expect.any(String), expect.any(Array), { HOME: "/" }]]);
});

it.each([
  {},
  { NODE_EXTRA_CA_CERTS: "/ca.pem", OPENSSL_CONF: "/o" },
  { NODE_DEBUG: "" },
  { ...HELD, NODE_DEBUG: "x" },
])("docr does not start again with the environment %j", (env) => {
  expect(startOf(env)).toEqual([]);
});
