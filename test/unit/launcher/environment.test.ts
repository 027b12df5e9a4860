import { afterEach, beforeEach, expect, it } from "vitest";
import { userEnvironment } from "../../../src/app/invocation.ts";
import { holdVariables } from "../../../src/launcher/environment.ts";

const own = process.env;
beforeEach(() => {
  process.env = { HOME: "/home/sammy", NODE_DEBUG: "http", OPENSSL_CONF: "", LD_PRELOAD: "/lib/x.so" };
});
afterEach(() => {
  process.env = own;
});

it("docr gets the variables that Node would read under other names, and reads them under their own", () => {
  const before = { ...process.env };
  holdVariables();
  expect(process.env).toEqual({
    HOME: "/home/sammy",
    LD_PRELOAD: "/lib/x.so",
    DOCR_HELD: "NODE_DEBUG,OPENSSL_CONF",
    DOCR_HELD_NODE_DEBUG: "http",
    DOCR_HELD_OPENSSL_CONF: "",
  });
  expect(userEnvironment(process.env)).toEqual(before);
});

it("a launcher below docr holds the same variables, and new ones", () => {
  holdVariables();
  process.env["NODE_OPTIONS"] = "--inspect";
  process.env["NODE_DEBUG"] = "tls";
  holdVariables();
  expect(userEnvironment(process.env)).toEqual({
    HOME: "/home/sammy",
    NODE_DEBUG: "tls",
    NODE_OPTIONS: "--inspect",
    OPENSSL_CONF: "",
    LD_PRELOAD: "/lib/x.so",
  });
});

it("without such variables, the environment does not change", () => {
  process.env = { HOME: "/home/sammy" };
  holdVariables();
  expect(process.env).toEqual({ HOME: "/home/sammy" });
});
