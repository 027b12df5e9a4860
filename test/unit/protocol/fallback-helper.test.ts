import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Environment } from "../../../src/core/machine.ts";
import { HelperError } from "../../../src/core/errors.ts";
import { Secret } from "../../../src/core/secret.ts";
import type { Response } from "../../../src/protocol/actions.ts";
import {
  type FallbackPorts,
  listWithFallback,
  serveWithFallback,
} from "../../../src/protocol/fallback-helper.ts";
import {
  type CredentialsBench,
  createCredentialsBench,
  tokenOf,
} from "../../support/fakes/credentials-bench.ts";

const NOT_FOUND = "credentials not found in native keychain";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docr-fallback-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A fallback helper that has no login, unless the script says otherwise. */
function writeFallback(script = `echo '${NOT_FOUND}'; exit 1`): Environment {
  const path = join(folder, "docker-credential-other");
  writeFileSync(path, `#!/bin/sh\n{ echo "$1"; cat; echo; } >> ${join(folder, "asked")}\n${script}\n`);
  chmodSync(path, 0o755);
  return { PATH: `${folder}:${process.env["PATH"]}` };
}

const asked = (): string =>
  existsSync(join(folder, "asked")) ? readFileSync(join(folder, "asked"), "utf8") : "";

interface Asked {
  readonly bench?: CredentialsBench;
  readonly env?: Environment;
  readonly hasOwnLogins?: boolean;
}

function portsOf(input: string, given: Asked): FallbackPorts {
  const { bench = createCredentialsBench(), env = writeFallback(), hasOwnLogins = true } = given;
  return {
    helper: bench.helper,
    fallback: "other",
    hasOwnLogins: () => hasOwnLogins,
    areUnknownAnswered: false,
    readInput: async () => Buffer.from(input),
    within: async (work) => work,
    env,
    tether: () => [],
  };
}

const ask = (action: "get" | "erase", input: string, given: Asked = {}): Promise<Response> =>
  serveWithFallback(action, portsOf(input, given));

const list = async (given: Asked) => Object.fromEntries(await listWithFallback(portsOf("", given)));

async function withLogin(serverUrl = "ghcr.io"): Promise<CredentialsBench> {
  const bench = createCredentialsBench();
  await bench.helper.store(serverUrl, "sammy", new Secret("own"));
  return bench;
}

async function withTwoLogins(apiToken?: string): Promise<CredentialsBench> {
  const bench = createCredentialsBench(apiToken === undefined ? {} : { apiToken });
  await bench.helper.store("ghcr.io", "sammy", new Secret("own"));
  await bench.helper.store("https://quay.io/v1/", "sammy", new Secret("own"));
  return bench;
}

const OWN = { stdout: '{"ServerURL":"ghcr.io","Username":"sammy","Secret":"own"}\n', exitCode: 0 };

describe("a get for another registry, with a fallback helper", () => {
  it("gets docr's own login if the fallback helper has none", async () => {
    expect(await ask("get", "ghcr.io", { bench: await withLogin() })).toEqual(OWN);
    expect(asked()).toBe("get\nghcr.io\n");
  });

  it("gets docr's own login if the fallback helper returns an empty one, as pass does", async () => {
    const env = writeFallback(`echo '{"ServerURL":"ghcr.io","Username":"","Secret":""}'`);
    expect(await ask("get", "ghcr.io", { bench: await withLogin(), env })).toEqual(OWN);
  });

  it("gets the fallback helper's login if it has one", async () => {
    const theirs = '{"ServerURL":"ghcr.io","Username":"rosa","Secret":"theirs"}';
    const env = writeFallback(`printf '%s' '${theirs}'`);
    const bench = await withLogin();
    bench.keychain.calls.length = 0;
    expect(await ask("get", "ghcr.io", { bench, env })).toEqual({ stdout: theirs, exitCode: 0 });
    expect(bench.keychain.calls).toEqual([]);
  });

  it("keeps the fallback helper's response if docr has no login either", async () => {
    expect(await ask("get", "quay.io", { bench: await withLogin() })).toEqual({
      stdout: `${NOT_FOUND}\n`,
      exitCode: 1,
    });
  });

  it("keeps the fallback helper's own failure", async () => {
    const env = writeFallback("echo locked; exit 3");
    expect(await ask("get", "ghcr.io", { bench: await withLogin(), env })).toEqual({
      stdout: "locked\n",
      exitCode: 3,
    });
  });

  it("does not open docr's store if it contains no logins of other registries", async () => {
    const bench = createCredentialsBench();
    const env = writeFallback("exit 1");
    expect(await ask("get", "ghcr.io", { bench, env, hasOwnLogins: false })).toMatchObject({ exitCode: 1 });
    expect(bench.keychain.calls).toEqual([]);
  });

  it("fails if docr's store is locked, and not in a session without a keychain", async () => {
    const bench = await withLogin();
    bench.keychain.failWith(new HelperError("keychain-locked", "it is locked"));
    await expect(ask("get", "ghcr.io", { bench })).rejects.toThrow("it is locked");
    bench.keychain.failWith(new HelperError("keychain-missing", "there is none"));
    expect(await ask("get", "ghcr.io", { bench })).toMatchObject({ stdout: `${NOT_FOUND}\n`, exitCode: 1 });
  });
});

describe("an erase for another registry, with a fallback helper", () => {
  it("erases the login in both stores", async () => {
    const bench = await withLogin();
    const env = writeFallback("exit 0");
    expect(await ask("erase", "https://ghcr.io", { bench, env })).toEqual({ stdout: "", exitCode: 0 });
    expect(asked()).toBe("erase\nhttps://ghcr.io\n");
    expect(bench.keychain.items.size).toBe(0);
  });

  it("erases the fallback helper's login although docr's store is locked", async () => {
    const bench = await withLogin();
    bench.keychain.failWith(new HelperError("keychain-locked", "it is locked"));
    const env = writeFallback("exit 0");
    await expect(ask("erase", "ghcr.io", { bench, env })).rejects.toThrow("it is locked");
    expect(asked()).toBe("erase\nghcr.io\n");
  });
});

describe("list, with a fallback helper", () => {
  const THEIRS = `echo '{"https://ghcr.io":"rosa","https://registry.digitalocean.com":"old"}'`;

  it("adds docr's own logins, except those that the fallback helper has", async () => {
    expect(await list({ bench: await withTwoLogins(), env: writeFallback(THEIRS) })).toEqual({
      "https://ghcr.io": "rosa",
      "https://quay.io/v1/": "sammy",
    });
  });

  it("leaves out docr's own logins if a get does not look for them", async () => {
    const env = writeFallback(THEIRS);
    expect(await list({ bench: await withTwoLogins(tokenOf("a")), env, hasOwnLogins: false })).toEqual({
      "https://ghcr.io": "rosa",
      "registry.digitalocean.com": "docr",
    });
  });

  it.each(["echo locked; exit 3", "echo '[1]'", `echo '{"ghcr.io":1}'`])(
    "names only DigitalOcean's registry if the fallback helper prints no list: %s",
    async (script) => {
      const bench = await withTwoLogins(tokenOf("a"));
      expect(await list({ bench, env: writeFallback(script) })).toEqual({
        "registry.digitalocean.com": "docr",
      });
    },
  );

  it("names the fallback helper's logins although docr's store is locked", async () => {
    const bench = createCredentialsBench();
    bench.keychain.failWith(new HelperError("keychain-locked", "it is locked"));
    expect(await list({ bench, env: writeFallback(THEIRS) })).toEqual({ "https://ghcr.io": "rosa" });
  });
});
