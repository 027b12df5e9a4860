import { describe, expect, it } from "vitest";
import { loginCommand } from "../../../src/commands/account/login.ts";
import { statusCommand } from "../../../src/commands/account/status.ts";
import { pruneCommand } from "../../../src/commands/credentials/prune.ts";
import { checkCommand } from "../../../src/commands/images/check.ts";
import { resolveCommand } from "../../../src/commands/images/resolve.ts";
import { listCommand, showCommand } from "../../../src/commands/registries/list.ts";
import { Secret } from "../../../src/core/secret.ts";
import { type CommandBench, createCommandBench } from "../../support/fakes/command-bench.ts";
import { tokenOf } from "../../support/fakes/credentials-bench.ts";

const HOST = "registry.of.a-long-company.example:5000";
const SOURCE = "~/.config/containers/auth.json";

const PLATFORMS = ["386", "amd64", "arm/v6", "arm/v7", "arm64/v8", "ppc64le", "riscv64", "s390x"];
const MANIFEST = {
  // Shorter than a real one, which is a word that no table breaks.
  digest: "sha256:abc",
  mediaType: "application/json",
  bytes: 1,
  contentBytes: undefined,
  platforms: PLATFORMS.map((one) => `linux/${one}`),
};

/** The output of each command for a user with long names, in a terminal of this width. */
const COMMANDS: Readonly<Record<string, (bench: CommandBench) => Promise<{ readonly text: string }>>> = {
  login: (bench) => bench.run(loginCommand, { tokenStdin: true }),
  status: (bench) => bench.run(statusCommand),
  prune: (bench) => bench.run(pruneCommand),
  check: (bench) => bench.run(checkCommand, {}, [`${HOST}/app`]),
  resolve: (bench) => bench.run(resolveCommand, {}, HOST),
  "registry list": (bench) => bench.run(listCommand),
  "registry show": (bench) => bench.run(showCommand, {}, HOST),
};

async function outputOf(command: string, width: number | undefined): Promise<readonly string[]> {
  const use = {
    client: "podman",
    kind: "helper",
    setting: "credHelpers",
    helper: "docr",
    source: SOURCE,
  } as const;
  const bench = createCommandBench({
    ...(width !== undefined && { width }),
    stdin: tokenOf("a"),
    registries: { findManifest: async () => MANIFEST },
    clients: {
      usesOf: async () => ({ usedBy: [use, { ...use, client: "docker" }], shadowedBy: [use], warnings: [] }),
      resolve: async () => ({ client: "docker", kind: "none", source: SOURCE, key: HOST, warnings: [] }),
    },
  });
  bench.api.token = { scopes: ["registry:read", "registry:update", "account:read"], expiresInSeconds: 90 };
  const login = { username: "continuous-integration@company.example", secret: new Secret("x") };
  await bench.helper.store(HOST, login.username, login.secret);
  const { text } = await (COMMANDS[command]?.(bench) ?? Promise.resolve({ text: "" }));
  return (bench.printed.join("") + text).split("\n");
}

describe.each(Object.keys(COMMANDS))("the output of docr %s", (command) => {
  it.each([60, 80])("fits a terminal of %i columns", async (width) => {
    const lines = await outputOf(command, width);
    expect(lines.filter((line) => line.length > width)).toEqual([]);
  });

  it("shows every cell in a pipe", async () => {
    expect((await outputOf(command, undefined)).join("\n")).not.toContain("…");
  });
});
