import { describe, expect, it } from "vitest";
import type { CommandGroup } from "../../../../src/commands/command.ts";
import { configCommands } from "../../../../src/commands/settings/config.ts";
import { runCommand } from "../../../../src/cli/run-command.ts";
import { type ConfiguredHome, createConfiguredHome } from "../../../support/fakes/configured-home.ts";

const FILE = ".config/docr/config.json";
const LABEL = `~/${FILE}`;

const config = ({ context }: Pick<ConfiguredHome, "context">, ...args: readonly string[]) =>
  runCommand(["config", ...args], context);

const names = ({ commands }: CommandGroup): readonly string[] => commands.map(({ name }) => name);

describe("docr config", () => {
  it("has the commands list, get, set and unset", () => {
    expect(names(configCommands)).toEqual(["config list", "config get", "config set", "config unset"]);
  });

  it("set creates the file, private to the user, and get reads it back", async () => {
    const home = createConfiguredHome();
    expect(await config(home, "set", "context", "Work")).toEqual({
      stdout: `set context to work in ${LABEL}\n`,
      stderr: "",
      exitCode: 0,
    });
    expect(home.read(FILE)).toBe('{\n  "context": "work"\n}\n');
    expect((await config(home, "get", "context")).stdout).toBe("work\n");
  });

  it("set and unset keep the rest of the file, byte for byte", async () => {
    const home = createConfiguredHome();
    home.write(FILE, '{ "store":"file",\n    "contexts": { "acme": "work" } }');
    await config(home, "set", "contexts.my-own", "home");
    await config(home, "set", "store", "pass");
    expect(home.read(FILE)).toContain('{ "store":"pass",\n    "contexts": {');
    await config(home, "unset", "contexts.my-own");
    await config(home, "set", "store", "file");
    expect(JSON.parse(home.read(FILE) ?? "")).toEqual({ store: "file", contexts: { acme: "work" } });
  });

  it("list shows the settings and the variables that take precedence", async () => {
    const home = createConfiguredHome({ env: { DOCR_STORE: "pass" } });
    home.write(FILE, '{"store":"file","contexts":{"acme":"work"},"fallback":"osxkeychain"}');
    expect((await config(home, "list")).stdout).toBe(
      "contexts.acme  work\nfallback       osxkeychain\nstore          file         (DOCR_STORE takes precedence)\n",
    );
    expect(JSON.parse((await config(home, "list", "--json")).stdout)).toMatchObject({
      settings: [
        { key: "contexts.acme", value: "work", overriddenBy: null },
        { key: "fallback", value: "osxkeychain", overriddenBy: null },
        { key: "store", value: "file", overriddenBy: "DOCR_STORE" },
      ],
    });
  });

  it("list names the file that contains no settings", async () => {
    const home = createConfiguredHome();
    expect((await config(home, "list")).stdout).toBe("");
    expect(home.notes).toEqual([`no settings in ${LABEL}`]);
  });

  it("get exits with 3 for a setting that is not set", async () => {
    const home = createConfiguredHome();
    expect(await config(home, "get", "fallback")).toMatchObject({ stdout: "", exitCode: 3 });
    expect(home.notes).toEqual([`fallback is not set in ${LABEL}`]);
    expect(JSON.parse((await config(home, "get", "fallback", "--json")).stdout)).toEqual({
      key: "fallback",
      value: null,
    });
  });

  it("unset of a setting that is not set changes nothing", async () => {
    const home = createConfiguredHome();
    expect(await config(home, "unset", "store")).toMatchObject({
      stdout: `store is not set in ${LABEL}\n`,
      exitCode: 0,
    });
    expect(home.all()).toEqual({});
  });

  it.each([
    [["get", "contxt"], "unknown setting 'contxt'; did you mean context?", undefined],
    [["set", "DOCR_STORE", "file"], "unknown setting 'DOCR_STORE'; did you mean store?", undefined],
    [
      ["unset", "colour"],
      "unknown setting 'colour'",
      "the settings are context, contexts.REGISTRY, fallback and store",
    ],
    [
      ["get", "hunter2 was here"],
      "unknown setting",
      "the settings are context, contexts.REGISTRY, fallback and store",
    ],
    [["set", "ttl", "60"], "the configuration file has no ttl", "set DOCR_TTL"],
    [["set", "registry", "acme"], "the configuration file has no registry", "set DOCR_REGISTRY"],
    [
      ["get", "contexts"],
      "contexts requires a registry's name: contexts.REGISTRY",
      "for example: docr config set contexts.acme work",
    ],
    [["set", "store", "fil"], "store must be one of auto, keychain, file, pass", "did you mean file?"],
    [["set", "store", ""], "store must not be empty", "run docr config unset store"],
    [
      ["set", "context", "a b"],
      "the context in context must be 1 to 64 letters, digits, dots, hyphens and underscores",
      "run docr config set --help",
    ],
    [
      ["set", "fallback", "../evil"],
      "fallback must be the last part of another helper's name, for example osxkeychain",
      "run docr config set --help",
    ],
  ])("%j is wrong usage, and changes nothing", async (args, message, hint) => {
    const home = createConfiguredHome();
    expect(await config(home, ...args)).toMatchObject({
      stdout: "",
      stderr: `docr: error: ${message}\n${hint === undefined ? "" : `docr: hint: ${hint}\n`}`,
      exitCode: 2,
    });
    expect(home.all()).toEqual({});
  });

  it.each([
    ['{"contxt": "x"}', 'line 1: unknown field "contxt"'],
    ["{", "line 1: not valid JSON"],
  ])("set does not touch the broken file %j", async (text, message) => {
    const home = createConfiguredHome();
    home.write(FILE, text);
    const { stderr, exitCode } = await config(home, "set", "store", "file");
    expect(stderr).toContain(message);
    expect(exitCode).toBe(1);
    expect(home.read(FILE)).toBe(text);
  });

  it("set warns that another variable takes precedence, or that logins stay in the previous store", async () => {
    const overridden = createConfiguredHome({ env: { DOCR_STORE: "pass" } });
    await config(overridden, "set", "store", "file");
    expect(overridden.warnings).toEqual([
      "DOCR_STORE is set and takes precedence; unset it to use this setting",
    ]);
    const moved = createConfiguredHome();
    await config(moved, "set", "store", "file");
    expect(moved.warnings).toEqual([
      "API tokens and logins stay in the keychain; run docr login to store an API token in the age vault",
    ]);
    const same = createConfiguredHome();
    await config(same, "set", "store", "keychain");
    expect(same.warnings).toEqual([]);
  });
});
