import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../../../src/app/startup/sha256.ts";
import { REGISTRY_HOST } from "../../../src/core/address.ts";
import { readCachedResponse, responseNameOf } from "../../../src/response-cache/read.ts";
import { cachedResponse, responseNameFor, responseWith } from "../../launcher/cached-response.ts";

const UID = process.getuid?.() ?? 0;
const AT = { now: Date.now(), uptime: 1000 };

let folder: string;
let env: { readonly HOME: string; readonly XDG_RUNTIME_DIR: string };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docr-read-"));
  env = { HOME: join(folder, "home"), XDG_RUNTIME_DIR: join(folder, "run") };
  mkdirSync(join(folder, "run/docr"), { recursive: true, mode: 0o700 });
  mkdirSync(join(folder, "home/.config/docr"), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const configPath = (): string => join(folder, "home/.config/docr/config.json");
const nameOf = (added = {}, registry = "") => responseNameOf({ env: { ...env, ...added }, sha256 }, registry);
const read = (at = AT, address: string = REGISTRY_HOST) =>
  readCachedResponse(address, { env, sha256 }, UID, at);

describe("the name of the cached response", () => {
  it("depends on the environment and the config file", () => {
    expect(nameOf()).toBe(responseNameFor(env));
    expect(nameOf({ DOCR_TTL: "600" })).toBe(responseNameFor({ ...env, DOCR_TTL: "600" }));
    writeFileSync(configPath(), '{"context":"work"}');
    expect(nameOf()).toBe(responseNameFor(env, '={"context":"work"}'));
    expect(nameOf({}, "acme")).toBe(responseNameFor(env, '={"context":"work"}', "acme"));
  });

  it("treats a broken symlink as a missing config file", () => {
    symlinkSync(join(folder, "nothing"), configPath());
    expect(nameOf()).toBe(responseNameFor(env));
  });

  it("is undefined if the config file is unreadable", () => {
    mkdirSync(configPath());
    expect(nameOf()).toBe(undefined);
  });

  it.each(["DOCR_LOG", "DOCR_BESIDE", "DIGITALOCEAN_ACCESS_TOKEN_FILE"])(
    "is undefined with %s set, even to an empty value",
    (name) => {
      expect(nameOf({ [name]: "" })).toBe(undefined);
    },
  );
});

describe("readCachedResponse", () => {
  beforeEach(() => {
    const path = join(folder, "run/docr", responseNameFor(env));
    const times = { notBefore: AT.now, until: AT.now + 10, uptimeFrom: 1000, uptimeUntil: 1010 };
    writeFileSync(path, cachedResponse("cached", times), { mode: 0o600 });
  });

  it("returns the response while both clocks are within its times", () => {
    expect(read()).toBe(responseWith("cached"));
    expect(read({ ...AT, now: AT.now + 10 })).toBe(undefined);
    expect(read({ ...AT, uptime: 1010 })).toBe(undefined);
  });

  it("returns it for every plain spelling of the host, and for no other address", () => {
    const spelling = `https://${REGISTRY_HOST.toUpperCase()}:443/`;
    expect(read(AT, spelling)).toBe(responseWith("cached", spelling));
    for (const address of [`${REGISTRY_HOST}/acme`, "ghcr.io", ""]) expect(read(AT, address)).toBe(undefined);
  });

  it("returns undefined if the uptime is unknown", () => {
    expect(readCachedResponse(REGISTRY_HOST, { env, sha256 }, UID, { now: AT.now, uptime: undefined })).toBe(
      undefined,
    );
  });

  it("returns undefined if another user can enter the folder or owns the files", () => {
    chmodSync(join(folder, "run/docr"), 0o710);
    expect(read()).toBe(undefined);
    chmodSync(join(folder, "run/docr"), 0o700);
    expect(readCachedResponse(REGISTRY_HOST, { env, sha256 }, UID + 1, AT)).toBe(undefined);
  });
});
