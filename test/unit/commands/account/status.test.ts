import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HelperError } from "../../../../src/core/errors.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { statusCommand } from "../../../../src/commands/account/status.ts";
import { MINUTE } from "../../../support/fakes/fixed-clock.ts";
import { answerOf, tokenOf } from "../../../support/fakes/credentials-bench.ts";
import {
  createCommandBench,
  type CommandBench,
  type CommandBenchOptions,
} from "../../../support/fakes/command-bench.ts";

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "docr-status-"));
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

const create = ({ env, ...options }: CommandBenchOptions = {}) =>
  createCommandBench({ ...options, env: { HOME: home, ...env } });

function write(path: string, text: string): void {
  const folder = join(home, ".config", path, "..");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(home, ".config", path), text);
}

/** Everything that is printed, and the JSON. */
async function show(bench: CommandBench) {
  const { text } = await bench.run(statusCommand);
  const shown = bench.printed.join("") + text;
  return { text: shown, json: (await bench.run(statusCommand, { json: true })).json };
}

const NOTHING = `account      default
config file  ~/.config/docr/config.json (does not exist)
other hosts  docr's store
API tokens     DIGITALOCEAN_ACCESS_TOKEN: none
               DIGITALOCEAN_TOKEN: none
               DIGITALOCEAN_ACCESS_TOKEN_FILE: none
               the keychain: none
               doctl's config: none
in use       no API token; run docr login, or set DIGITALOCEAN_ACCESS_TOKEN
store        the keychain: open

no active credentials
`;

describe("docr status", () => {
  it("says that nothing can be cached", async () => {
    const { text, json } = await show(create({ canRecord: false }));
    const what =
      "docr can cache nothing here, so each request mints a credential, and a logout does not revoke it";
    expect(text).toContain(`cache        ${what}; docr doctor says why\n`);
    expect(json).toMatchObject({ problems: [what] });
  });

  it("suggests docr login on a new machine", async () => {
    const bench = create();
    expect((await show(bench)).text).toBe(NOTHING);
    expect(bench.api.calls).toEqual([]);
  });

  it("prints what needs no keychain first, and nothing early with --json", async () => {
    const bench = create();
    await bench.run(statusCommand, { json: true });
    expect(bench.printed).toEqual([]);
    const late: string[] = [];
    const terminal = { ...bench.context.terminal, print: (text: string) => void late.push(text) };
    bench.keychain.failWith(new Error("a bug"));
    const input = {
      options: { exitCode: false, stateDir: "/var/lib/docr" },
      args: [],
      wantsJson: false,
    } as const;
    await expect(statusCommand.run(input, { ...bench.context, terminal })).rejects.toThrow("a bug");
    expect(late.join("")).toContain("DIGITALOCEAN_ACCESS_TOKEN_FILE");
  });

  it("shows every token source, and marks the deciding one", async () => {
    const bench = create({ env: { DIGITALOCEAN_TOKEN: tokenOf("e") }, apiToken: tokenOf("e") });
    await bench.credentials.apiTokens.write("work", new Secret(tokenOf("a")));
    write("doctl/config.yaml", `access-token: ${tokenOf("d")}\nauth-contexts:\n  team: ${tokenOf("f")}\n`);
    const { text, json } = await show(bench);
    expect(text).toMatch(/^in use +the API token from DIGITALOCEAN_TOKEN$/m);
    expect(text).toMatch(/^ +> DIGITALOCEAN_TOKEN: set$/m);
    expect(text).toMatch(/^ {15}the keychain: work$/m);
    expect(text).toMatch(/^ {15}doctl's config: default, team$/m);
    expect(text + JSON.stringify(json)).not.toMatch(/dop_v1_/);
    expect(json).toMatchObject({
      apiToken: "DIGITALOCEAN_TOKEN",
      sources: [
        { state: "empty" },
        { state: "set", isDeciding: true, contexts: [] },
        { state: "empty" },
        { name: "the keychain", contexts: ["work"], isDeciding: false },
        { name: "doctl's config", contexts: ["default", "team"] },
      ],
    });
  });

  it("uses the context that doctl has switched to, as a get does", async () => {
    const bench = create();
    write("doctl/config.yaml", `access-token: ${tokenOf("d")}\ncontext: gone\n`);
    const { text, json } = await show(bench);
    expect(text).toMatch(/^in use +no API token; run docr login/m);
    expect(json).toMatchObject({ apiToken: null });
    write("doctl/config.yaml", `auth-contexts:\n  gone: ${tokenOf("d")}\ncontext: GONE\n`);
    expect((await show(bench)).json).toMatchObject({ apiToken: "doctl's config" });
  });

  it("uses the keychain's token for the current account, else doctl's", async () => {
    const bench = create({ settings: { context: "team" } });
    await bench.credentials.apiTokens.write("work", new Secret(tokenOf("a")));
    write("doctl/config.yaml", `auth-contexts:\n  team: ${tokenOf("f")}\n`);
    expect((await show(bench)).json).toMatchObject({ apiToken: "doctl's config", context: "team" });
    bench.settings.context = "work";
    expect((await show(bench)).json).toMatchObject({ apiToken: "the keychain", context: "work" });
  });

  it("lists active credentials without secrets", async () => {
    const bench = create({ apiToken: tokenOf("a") });
    await answerOf(bench);
    const { text, json } = await show(bench);
    expect(text).toMatch(/^acme +read-write +0 s +60 min +in use$/m);
    expect(json).toMatchObject({ credentials: [{ registry: "acme", state: "current" }] });
    expect(text + JSON.stringify(json)).not.toContain("minted-secret");
  });

  it("shows the config file's accounts and the fallback helper", async () => {
    write("docr/config.json", '{"contexts":{"acme":"work"},"fallback":"osxkeychain"}');
    const { text, json } = await show(create());
    expect(text).toMatch(/^ +work for acme$/m);
    expect(text).toMatch(/^other hosts +docker-credential-osxkeychain$/m);
    expect(text).toMatch(/^config file +~\/\.config\/docr\/config\.json$/m);
    expect(json).toMatchObject({ contextsByRegistry: { acme: "work" }, fallback: "osxkeychain" });
  });
});

describe("docr status --exit-code", () => {
  it("exits with 0 if a get would return a credential, and sends no request if one is cached", async () => {
    const bench = create({ apiToken: tokenOf("e") });
    await answerOf(bench);
    const calls = bench.api.calls.length;
    const { text, json, exitCode } = await bench.run(statusCommand, { exitCode: true });
    expect(text).toMatch(/^get +a client gets a credential$/m);
    expect(json).toMatchObject({ get: { isAnswered: true, problem: null } });
    expect([exitCode, bench.api.calls.length]).toEqual([0, calls]);
  });

  it("mints if no credential is cached, and exits with 1 for a rejected token", async () => {
    const bench = create({ apiToken: tokenOf("e") });
    bench.api.fail("mint", "api-unauthorized");
    const { text, json, exitCode } = await bench.run(statusCommand, { exitCode: true });
    expect(text).toMatch(/^get +.+; create a token/m);
    expect(json).toMatchObject({ get: { isAnswered: false, problem: expect.any(String) } });
    expect(exitCode).toBe(1);
  });

  it("exits with 1 without any login, and prints the next step", async () => {
    const { text, exitCode } = await create().run(statusCommand, { exitCode: true });
    expect(text).toMatch(/^get +not logged in to registry\.digitalocean\.com; run: docr login$/m);
    expect(exitCode).toBe(1);
  });

  it("is the only status that makes the request", async () => {
    const bench = create({ apiToken: tokenOf("e") });
    const { json, exitCode } = await bench.run(statusCommand);
    expect(json).not.toHaveProperty("get");
    expect([exitCode, bench.api.calls]).toEqual([0, []]);
  });
});

describe("the keychain in docr status", () => {
  const login = { name: "login", label: "Login", isLocked: false, isDefault: true };
  const work = { name: "work", label: "work", isLocked: true, isDefault: false };

  it("is the program that answers, with the names of its open and locked collections", async () => {
    const keychain = async () => ({ daemon: "gnome-keyring-daemon", collections: [login, work] });
    const { text, json } = await show(create({ keychain }));
    expect(text).toMatch(
      /^store +the keychain: open\n {13}gnome-keyring-daemon; open: Login \(default\); locked: work$/m,
    );
    expect(json).toMatchObject({ keychain: { daemon: "gnome-keyring-daemon", collections: [login, work] } });
  });

  it("is null in JSON for another store", async () => {
    expect((await show(create())).json).toMatchObject({ keychain: null });
  });

  it("is not asked again after it did not respond", async () => {
    let asked = 0;
    const bench = create({
      async keychain() {
        asked += 1;
        return undefined;
      },
    });
    bench.keychain.failWith(new HelperError("keychain-silent", "the keychain did not respond within 5 s"));
    await show(bench);
    expect(asked).toBe(0);
  });
});

describe("docr status succeeds", () => {
  it("without a keychain, and continues with doctl", async () => {
    const bench = create();
    bench.keychain.failWith(new HelperError("keychain-missing", "there is no keychain in this session"));
    write("doctl/config.yaml", `access-token: ${tokenOf("d")}\n`);
    const { text, json } = await show(bench);
    expect(text).toMatch(/^store +the keychain: there is no keychain in this session$/m);
    expect(json).toMatchObject({ apiToken: "doctl's config", problems: [] });
  });

  it("while the keychain is locked, and asks no later source", async () => {
    const bench = create();
    bench.keychain.failWith(new HelperError("keychain-locked", "the keychain is locked"));
    write("doctl/config.yaml", `access-token: ${tokenOf("d")}\n`);
    const { text, json } = await show(bench);
    expect(text).toMatch(/^in use +no API token: the keychain failed$/m);
    expect(text).toMatch(/^ +> the keychain: the keychain is locked$/m);
    expect(json).toMatchObject({ apiToken: null, store: { problem: "the keychain is locked" } });
  });

  it("with an invalid token, and marks its source as the deciding one", async () => {
    const message = "DIGITALOCEAN_ACCESS_TOKEN is set but empty";
    const bench = create({
      env: { DIGITALOCEAN_ACCESS_TOKEN: "" },
      badSettings: new HelperError("bad-api-token", message),
    });
    const { text, json } = await show(bench);
    expect(text).toMatch(/^in use +no API token: DIGITALOCEAN_ACCESS_TOKEN failed$/m);
    expect(text.split(message)).toHaveLength(2);
    expect(json).toMatchObject({ apiToken: null, problems: [] });
  });

  it("with an invalid config file", async () => {
    write("docr/config.json", "{");
    const { text, json } = await show(create());
    expect(text).toMatch(/^config file +~\/\.config\/docr\/config\.json \(invalid\)$/m);
    expect(text).toMatch(/^ +\/\S+\/docr\/config\.json line 1: not valid JSON$/m);
    expect(json).toMatchObject({ configFile: { exists: true, isValid: false } });
  });

  it("with an invalid setting", async () => {
    const bench = create({ badSettings: new HelperError("bad-setting", "DOCR_TTL must be…") });
    expect((await show(bench)).text).toMatch(/^ +DOCR_TTL must be…$/m);
  });

  it("with an invalid setting, and reports it once for each item that depends on it", async () => {
    const message = "DOCR_STORE must be one of auto, keychain, file, pass";
    const bench = create({
      env: { DOCR_STORE: "bogus" },
      badSettings: new HelperError("bad-setting", message),
    });
    bench.keychain.failWith(new HelperError("bad-setting", message));
    const { text, json } = await show(bench);
    const lines = text.split("\n").filter((line) => line.endsWith(message));
    expect(lines.map((line) => line.slice(0, -message.length).trim())).toEqual([
      "",
      "> the store:",
      "store        the store:",
    ]);
    expect(text).not.toContain("credentials stored there are not listed");
    expect(json).toMatchObject({ problems: [message] });
  });

  it("with a clock that was set back, and shows unknown ages", async () => {
    const bench = create({ apiToken: tokenOf("e") });
    await answerOf(bench);
    bench.clock.setWallBy(-24 * 60 * MINUTE);
    expect((await show(bench)).text).toMatch(/^acme +read-write +\? +\? +in use$/m);
  });

  it("with a doctl configuration that is not YAML", async () => {
    write("doctl/config.yaml", "a: [\n");
    const { text } = await show(create());
    expect(text).toMatch(/^ +> doctl's config: doctl's config is not valid YAML \(line 2\)$/m);
  });

  it("without a home directory", async () => {
    const { text } = await show(createCommandBench());
    expect(text).toMatch(/^config file +none \(no home directory\)$/m);
  });

  it("shows a login that docr did not create, without its user name and its secret", async () => {
    const bench = create();
    await bench.helper.store("registry.digitalocean.com", "hunter2", new Secret("hunter2"));
    const { text, json } = await show(bench);
    expect(text).toMatch(/^in use +no API token; the stored login$/m);
    expect(text).toMatch(/^login +not created by docr, stored 2026-11-21 12:00 UTC$/m);
    expect(json).toMatchObject({
      login: {
        storedAt: "2026-11-21T12:00:00.000Z",
        expiresAt: null,
        checkedAt: null,
        state: "usable",
      },
    });
    expect(text + JSON.stringify(json)).not.toContain("hunter2");
    bench.clock.pass(25 * 60 * MINUTE);
    bench.api.fail("check", "registry-unauthorized");
    await expect(answerOf(bench)).rejects.toThrow("credentials not found");
    const ended = await show(bench);
    expect(ended.text).toMatch(/^login +.*, DigitalOcean no longer accepts it$/m);
    expect(ended.json).toMatchObject({ login: { state: "ended", checkedAt: "2026-11-22T13:00:00.000Z" } });
  });
});
