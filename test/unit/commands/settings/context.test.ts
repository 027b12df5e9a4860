import { describe, expect, it } from "vitest";
import { runCommand } from "../../../../src/cli/run-command.ts";
import { HelperError } from "../../../../src/core/errors.ts";
import { Secret } from "../../../../src/core/secret.ts";
import type { CommandBenchOptions } from "../../../support/fakes/command-bench.ts";
import { type ConfiguredHome, createConfiguredHome } from "../../../support/fakes/configured-home.ts";
import { answerOf, tokenOf } from "../../../support/fakes/credentials-bench.ts";

const FILE = ".config/docr/config.json";
const DOCTL = ".config/doctl/config.yaml";

/** A user who is logged in to these accounts. */
async function createMember(
  contexts: readonly string[],
  options: CommandBenchOptions = {},
): Promise<ConfiguredHome> {
  const home = createConfiguredHome(options);
  for (const context of contexts) await home.credentials.apiTokens.write(context, new Secret(tokenOf("a")));
  return home;
}

const context = ({ context: parts }: ConfiguredHome, ...args: readonly string[]) =>
  runCommand(["context", ...args], parts);

const stored = ({ keychain }: ConfiguredHome) =>
  [...keychain.items.keys()].filter((name) => name.startsWith("api-token:"));

describe("docr context list", () => {
  it("lists the contexts of the store, doctl and the configuration, and marks the current one", async () => {
    const home = await createMember(["default", "work"], { settings: { context: "work" } });
    home.write(FILE, '{"context":"work","contexts":{"acme":"work","my-own":"home"}}');
    home.write(DOCTL, `access-token: ${tokenOf("d")}\nauth-contexts:\n  home: ${tokenOf("e")}\n`);
    expect((await context(home, "list")).stdout).toBe(
      [
        "   CONTEXT  API TOKEN                     REGISTRIES",
        "   default  the keychain, doctl's config",
        "   home     doctl's config                my-own",
        "*  work     the keychain                  acme",
        "",
      ].join("\n"),
    );
    expect(JSON.parse((await context(home, "list", "--json")).stdout)).toEqual([
      { name: "default", isCurrent: false, sources: ["store", "doctl"], registries: [] },
      { name: "home", isCurrent: false, sources: ["doctl"], registries: ["my-own"] },
      { name: "work", isCurrent: true, sources: ["store"], registries: ["acme"] },
    ]);
  });

  it("marks doctl's current context if no other is chosen, as a get does", async () => {
    const home = await createMember(["work"]);
    home.write(DOCTL, `context: home\nauth-contexts:\n  home: ${tokenOf("e")}\n`);
    expect((await context(home, "list")).stdout).toMatch(/^\* {2}home /m);
  });

  it("warns of a store that cannot be read, and of the environment's token", async () => {
    const home = await createMember(["work"], { env: { DIGITALOCEAN_TOKEN: tokenOf("e") } });
    home.keychain.failWith(new HelperError("keychain-locked", "the keychain is locked"));
    expect((await context(home, "list")).stdout).toMatch(/^\* {2}default {2}none$/m);
    expect(home.warnings).toEqual([
      "the keychain is locked",
      "DIGITALOCEAN_TOKEN is set and takes precedence; unset it to use the current account",
    ]);
  });
});

describe("docr context use", () => {
  it("makes an account the current one in the configuration file, and keeps the rest of the file", async () => {
    const home = await createMember(["work"]);
    home.write(FILE, '{\n    "store": "keychain"\n}');
    expect((await context(home, "use", "Work")).stdout).toBe("the current account is work\n");
    expect(home.read(FILE)).toBe('{\n    "store": "keychain",\n    "context": "work"\n}');
  });

  it("accepts an account of doctl's, also if there is no keychain", async () => {
    const home = createConfiguredHome();
    home.write(DOCTL, `auth-contexts:\n  home: ${tokenOf("e")}\n`);
    home.keychain.failWith(new HelperError("keychain-missing", "there is no keychain"));
    expect((await context(home, "use", "home")).exitCode).toBe(0);
  });

  it.each([
    [["work", "home"], "wrok", "did you mean work?"],
    [["work", "home"], "job", "there are home, work; to add it, run docr login --context job"],
    [[], "job", "run docr login --context job"],
  ])("of an account without an API token, with %j stored, fails: %s", async (contexts, name, hint) => {
    const home = await createMember(contexts);
    expect(await context(home, "use", name)).toMatchObject({
      stderr: `docr: error: there is no API token for the context ${name}\ndocr: hint: ${hint}\n`,
      exitCode: 1,
    });
    expect(home.read(FILE)).toBeUndefined();
  });

  it("fails with the store's error if the store cannot be read and may contain the account", async () => {
    const home = createConfiguredHome();
    home.keychain.failWith(new HelperError("keychain-locked", "the keychain is locked"));
    expect((await context(home, "use", "work")).stderr).toMatch(/^docr: error: the keychain is locked\n/);
  });

  it("warns that DIGITALOCEAN_CONTEXT takes precedence", async () => {
    const home = await createMember(["work"], { env: { DIGITALOCEAN_CONTEXT: "home" } });
    await context(home, "use", "work");
    expect(home.warnings).toEqual([
      "DIGITALOCEAN_CONTEXT is set and takes precedence; unset it to use the current account",
    ]);
  });
});

describe("docr context rename", () => {
  it("renames the account in the store and the configuration file, and revokes what its token created", async () => {
    const home = await createMember(["work"], { settings: { context: "work" } });
    home.write(FILE, '{"context":"work","contexts":{"acme":"work","my-own":"home"}}');
    await answerOf(home);
    expect(await context(home, "rename", "work", "Job")).toMatchObject({
      stdout: "renamed work to job; revoked 1 credential\n",
      exitCode: 0,
    });
    expect(stored(home)).toEqual(["api-token:job"]);
    expect(home.keychain.items.get("api-token:job")).toBe(tokenOf("a"));
    expect(JSON.parse(home.read(FILE) ?? "")).toEqual({
      context: "job",
      contexts: { acme: "job", "my-own": "home" },
    });
  });

  it("prints JSON", async () => {
    const home = await createMember(["default"]);
    expect(JSON.parse((await context(home, "rename", "default", "work", "--json")).stdout)).toEqual({
      from: "default",
      to: "work",
      revoked: 0,
      notRevoked: 0,
    });
  });

  it("does not overwrite another account", async () => {
    const home = await createMember(["work", "home"]);
    expect(await context(home, "rename", "work", "home")).toMatchObject({
      stderr:
        "docr: error: the store already has an API token for the context home\ndocr: hint: choose another name, or run docr logout --context home\n",
      exitCode: 2,
    });
    expect(stored(home)).toEqual(["api-token:work", "api-token:home"]);
  });

  it("fails for an account that is not in the store", async () => {
    const home = await createMember(["work"]);
    expect(await context(home, "rename", "wrok", "job")).toMatchObject({
      stderr:
        "docr: error: there is no API token for the context wrok in the store\ndocr: hint: did you mean work?\n",
      exitCode: 1,
    });
  });
});
