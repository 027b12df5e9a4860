import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ErrorCode, HelperError } from "../../../src/core/errors.ts";
import { serve } from "../../../src/protocol/server.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";
import { createScriptedHelper } from "../../support/fakes/scripted-helper.ts";

interface Facts {
  readonly failure?: ErrorCode;
  readonly hasOwnLogins?: boolean;
  readonly fallback?: string;
  readonly path?: string;
}

/** A `get` with DOCR_UNKNOWN=anonymous. */
const get = (address: string, { failure, hasOwnLogins = false, fallback, path = "" }: Facts = {}) =>
  serve("get", {
    helper: createScriptedHelper(failure ? { failure: new HelperError(failure, "the message") } : {}),
    isUnknownAnonymous: () => true,
    fallback: () => fallback,
    noteOtherRegistries: async () => undefined,
    hasOwnLogins: () => hasOwnLogins,
    readInput: async () => Buffer.from(address),
    env: { PATH: path },
    tether: () => [],
    timeouts: { inputMs: 1_000, responseMs: 1_000 },
  });

const emptyLogin = (address: string) => ({
  stdout: `{"ServerURL":"${address}","Username":"","Secret":""}\n`,
  exitCode: 0,
});

describe("a get for another registry, with DOCR_UNKNOWN=anonymous", () => {
  it.each(["docker.io", "https://index.docker.io/v1/", "registry.digitalocean.com.evil.example"])(
    "gets an empty login for %s if there is no login",
    async (address) => {
      expect(await get(address, { failure: "not-found" })).toEqual(emptyLogin(address));
    },
  );

  it("gets the login if there is one", async () => {
    expect((await get("docker.io")).stdout).toBe(
      '{"ServerURL":"docker.io","Username":"sammy","Secret":"hunter2"}\n',
    );
  });

  it("gets an empty login on a server without a keychain, unless docr has stored a login before", async () => {
    const failure = "keychain-missing";
    expect(await get("docker.io", { failure })).toEqual(emptyLogin("docker.io"));
    expect((await failureOf(() => get("docker.io", { failure, hasOwnLogins: true }))).code).toBe(failure);
  });

  it("fails if the keychain is locked: the login may be in it", async () => {
    expect((await failureOf(() => get("docker.io", { failure: "keychain-locked" }))).code).toBe(
      "keychain-locked",
    );
  });
});

describe("a get for DigitalOcean's registry, with DOCR_UNKNOWN=anonymous", () => {
  it.each(["registry.digitalocean.com", "https://registry.digitalocean.com/acme"])(
    "fails for %s without a login, because that registry serves nothing without one",
    async (address) => {
      expect((await failureOf(() => get(address, { failure: "not-found" }))).code).toBe("not-found");
    },
  );
});

describe("a get with DOCR_UNKNOWN=anonymous and a fallback helper", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "docr-unknown-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const ask = (script: string) => {
    const path = join(folder, "docker-credential-other");
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    const PATH = `${folder}:${process.env["PATH"]}`;
    return get("ghcr.io", { failure: "not-found", fallback: "other", path: PATH });
  };

  it("gets an empty login if the fallback helper has none", async () => {
    expect(await ask("echo 'credentials not found in native keychain'; exit 1")).toEqual(
      emptyLogin("ghcr.io"),
    );
  });

  it("gets the fallback helper's login and its other failures unchanged", async () => {
    const login = '{"ServerURL":"ghcr.io","Username":"sammy","Secret":"theirs"}';
    expect(await ask(`echo '${login}'`)).toEqual({ stdout: `${login}\n`, exitCode: 0 });
    expect(await ask("echo locked; exit 3")).toEqual({ stdout: "locked\n", exitCode: 3 });
  });
});
