import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DoctlContexts, listDoctlContexts } from "../../../src/config/doctl.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docr-doctl-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function listOf(yaml: string): DoctlContexts {
  const path = join(folder, "config.yaml");
  writeFileSync(path, yaml);
  return listDoctlContexts({ env: { DIGITALOCEAN_CONFIG: path }, platform: "linux", uid: 1000 });
}

describe("doctl's contexts", () => {
  it.each([
    ["access-token: x\n", ["default"]],
    ["access-token: x\nauth-contexts:\n  Work: y\n  home: z\n", ["default", "home", "work"]],
    ["access-token: x\nauth-contexts:\n  work: y\ncontext: WORK\n", ["work", "default"]],
    ['access-token: ""\nauth-contexts:\n  work: y\n', ["work"]],
    ["auth-contexts:\n  default: x\n  work: null\n  17: y\n", ["default", "17"]],
    ['auth-contexts:\n  "a\\e[2J": x\n', ["a??2j"]],
    ["auth-contexts: none\n", []],
    ["", []],
    ["- a\n", []],
  ])("are those with a token, the current one first: %j", (yaml, names) => {
    expect(listOf(yaml).names).toEqual(names);
  });

  it("may have a current one without a token", () => {
    expect(listOf("access-token: x\ncontext: Gone\n")).toEqual({ names: ["default"], current: "gone" });
  });

  it("are empty without a configuration", () => {
    const env = { DIGITALOCEAN_CONFIG: join(folder, "absent.yaml") };
    expect(listDoctlContexts({ env, platform: "linux", uid: 1000 }).names).toEqual([]);
  });

  it("are an error if the configuration is not YAML", async () => {
    expect(await failureOf(() => listOf("a: ["))).toEqual({
      code: "bad-api-token",
      message: "doctl's config is not valid YAML (line 1)",
    });
  });
});
