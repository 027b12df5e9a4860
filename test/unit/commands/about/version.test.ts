import { describe, expect, it } from "vitest";
import { runCommand } from "../../../../src/cli/run-command.ts";
import type { About } from "../../../../src/commands/about/about.ts";
import { createCommandBench } from "../../../support/fakes/command-bench.ts";

const BUILT: Partial<About> = {
  commit: "0123abc",
  node: { version: "26.10.0", libraries: { openssl: "3.5.8" } },
  baseIntegrity: "sha512-AAAA",
  executables: async () => [{ path: "/usr/bin/docr", sha256: "00ff" }],
};

const version = async (about: Partial<About>, ...args: readonly string[]): Promise<string> =>
  (await runCommand(["version", ...args], createCommandBench({ about }).context)).stdout;

describe("docr version --json", () => {
  it("names the commit, the Node base and the digest of each installed executable", async () => {
    expect(JSON.parse(await version(BUILT, "--json"))).toEqual({
      version: "1.2.3",
      commit: "0123abc",
      base: { node: "26.10.0", integrity: "sha512-AAAA", libraries: { openssl: "3.5.8" } },
      files: [{ path: "/usr/bin/docr", sha256: "00ff" }],
    });
  });

  it("has null for what the build did not know", async () => {
    const { commit, base } = JSON.parse(await version({}, "--json"));
    expect({ commit, integrity: base.integrity }).toEqual({ commit: null, integrity: null });
  });

  it("without --json prints the same facts as a table", async () => {
    expect(await version(BUILT)).toBe(
      "version        1.2.3\ncommit         0123abc\nNode           26.10.0\n/usr/bin/docr  00ff\n",
    );
  });
});
