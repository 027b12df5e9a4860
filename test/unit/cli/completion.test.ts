import { describe, expect, it } from "vitest";
import { runCommand } from "../../../src/cli/run-command.ts";
import { HelperError } from "../../../src/core/errors.ts";
import { Secret } from "../../../src/core/secret.ts";
import type { CommandBenchOptions } from "../../support/fakes/command-bench.ts";
import { type ConfiguredHome, createConfiguredHome } from "../../support/fakes/configured-home.ts";
import { answerOf, tokenOf } from "../../support/fakes/credentials-bench.ts";

/** A user with two accounts, two logins and settings. */
async function createUser(options: CommandBenchOptions = {}): Promise<ConfiguredHome> {
  const home = createConfiguredHome({ env: { DOCR_REGISTRY: "beta" }, ...options });
  for (const context of ["work", "home"])
    await home.credentials.apiTokens.write(context, new Secret(tokenOf("a")));
  await home.helper.store("quay.io", "sammy", new Secret("x"));
  await home.helper.store("https://index.docker.io/v1/", "sammy", new Secret("x"));
  home.write(".config/docr/config.json", '{"contexts":{"acme":"work"}}');
  home.write(".docker/config.json", '{"auths":{"ghcr.io":{}},"credHelpers":{"localhost:5000":"docr"}}');
  return home;
}

/** The candidates for the last word, and the library's directive: 4 for no file names. */
async function complete({ context }: ConfiguredHome, ...words: readonly string[]) {
  const { stdout } = await runCommand(["complete", "--", ...words], context);
  const lines = stdout.trimEnd().split("\n");
  const directive = lines.pop();
  return { names: lines.map((line) => line.split("\t")[0]), directive };
}

describe("completion offers", () => {
  it.each([
    [
      ["login", "--context", ""],
      ["default", "home", "work"],
    ],
    [["context", "use", "w"], ["work"]],
    [["context", "rename", "h"], ["home"]],
    [
      ["credentials", ""],
      ["acme", "beta"],
    ],
    [["credentials", "acme", "b"], ["beta"]],
    [
      ["check", "registry"],
      ["registry.digitalocean.com", "registry.digitalocean.com/acme", "registry.digitalocean.com/beta"],
    ],
    [["resolve", "g"], ["ghcr.io"]],
    [["check", "quay.io", "lo"], ["localhost:5000"]],
    [
      ["registry", "add", ""],
      ["docker.io", "ghcr.io", "localhost:5000", "quay.io", "registry.digitalocean.com"],
    ],
    [
      ["registry", "remove", ""],
      ["docker.io", "quay.io"],
    ],
    [["registry", "rm", "q"], ["quay.io"]],
    [["registry", "list", "--host", "q"], ["quay.io"]],
    [
      ["config", "get", ""],
      ["context", "contexts.acme", "contexts.beta", "fallback", "store"],
    ],
    [["config", "set", "store", "f"], ["file"]],
    [["config", "set", "contexts.acme", "h"], ["home"]],
    [["config", "set", "fallback", ""], ["pass"]],
    [["migrate", "--from", ""], ["pass"]],
    [
      ["completion", ""],
      ["bash", "zsh", "fish", "powershell"],
    ],
    [
      ["check", "--client", ""],
      ["docker", "podman"],
    ],
    [["credentials", "--format", "k"], ["kubernetes-secret"]],
    [
      ["context", ""],
      ["list", "use", "rename"],
    ],
  ])("%j: %j", async (words, names) => {
    const home = await createUser();
    home.install("docker-credential-pass");
    expect(await complete(home, ...words)).toEqual({ names, directive: ":4" });
  });

  it("the registries of credentials that docr has minted", async () => {
    const home = createConfiguredHome({ apiToken: tokenOf("e") });
    await answerOf(home);
    expect((await complete(home, "credentials", "")).names).toEqual(["acme"]);
  });

  it.each([
    [["doctor", "--report", ""]],
    [["check", "--auth-file", "/e"]],
    [["credentials", "--output", ""]],
  ])("the shell's file names for %j", async (words) => {
    expect(await complete(await createUser(), ...words)).toEqual({ names: [], directive: ":0" });
  });

  it("nothing from a store that fails, and no error", async () => {
    const home = await createUser();
    home.keychain.failWith(new HelperError("keychain-locked", "the keychain is locked"));
    expect((await complete(home, "registry", "show", "")).names).toEqual([]);
    expect((await complete(home, "resolve", "g")).names).toEqual(["ghcr.io"]);
    expect([home.warnings, home.api.calls]).toEqual([[], []]);
  });
});

describe("the script for", () => {
  it.each([
    ["bash", "complete -o default -F __docr_complete docr docker-credential-docr"],
    ["zsh", "#compdef docr docker-credential-docr"],
    ["fish", "complete -c docker-credential-docr -w docr"],
    [
      "powershell",
      "Register-ArgumentCompleter -CommandName 'docr','docker-credential-docr' -ScriptBlock $__docrCompleterBlock",
    ],
  ])("%s also completes docker-credential-docr", async (shell, line) => {
    const { stdout } = await runCommand(["completion", shell], createConfiguredHome().context);
    expect(stdout.split("\n").map((one) => one.trim())).toContain(line);
  });

  it("bash can be sourced twice", async () => {
    const { stdout } = await runCommand(["completion", "bash"], createConfiguredHome().context);
    expect(stdout).not.toMatch(/^readonly/m);
  });
});
