import { describe, expect, it } from "vitest";
import { loginCommand } from "../../../../src/commands/account/login.ts";
import { HelperError } from "../../../../src/core/errors.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { tokenOf } from "../../../support/fakes/credentials-bench.ts";
import {
  createCommandBench,
  type CommandBench,
  type CommandBenchOptions,
} from "../../../support/fakes/command-bench.ts";

const HOST = "registry.digitalocean.com";
const dockerUse = {
  client: "docker",
  kind: "helper",
  setting: "credHelpers",
  helper: "docr",
  source: "f",
} as const;
const CONFIGURED: NonNullable<CommandBenchOptions["clients"]> = {
  usesOf: async () => ({ usedBy: [dockerUse], shadowedBy: [], warnings: [] }),
};

/** Where docker asks docr, unless the test says otherwise. */
function createLoginBench(options: CommandBenchOptions = {}): CommandBench {
  return createCommandBench({ clients: CONFIGURED, ...options });
}

const stored = (bench: CommandBench) => [...bench.keychain.items];

describe("docr login", () => {
  it("reads the API token from stdin, and shows account, team, scopes and registries", async () => {
    const bench = createLoginBench({ stdin: tokenOf("a") });
    const { text, json } = await bench.run(loginCommand, { tokenStdin: true });
    expect(text).toBe(
      [
        "logged in   account default, stored in the keychain",
        "account     sammy@do.example",
        "team        My Team",
        "scopes      registry:read, registry:update, account:read",
        "API token   never expires",
        "registries  acme, fra1, 29.4 MB, created 2020-03-21",
        "",
      ].join("\n"),
    );
    expect(json).toEqual({
      context: "default",
      store: "the keychain",
      account: { email: "sammy@do.example", status: "active", team: "My Team" },
      token: {
        scopes: ["registry:read", "registry:update", "account:read"],
        canPush: true,
        expiresAt: null,
      },
      registries: [
        { name: "acme", region: "fra1", createdAt: "2020-03-21T16:02:37Z", storageBytes: 29_393_920 },
      ],
    });
    expect([stored(bench), bench.warnings]).toEqual([[["api-token:default", tokenOf("a")]], []]);
    expect(JSON.stringify([text, json])).not.toContain(tokenOf("a"));
  });

  it("drops white space around a token from stdin", async () => {
    const bench = createLoginBench({ stdin: ` ${tokenOf("a")}\r\n` });
    await bench.run(loginCommand, { tokenStdin: true });
    expect(stored(bench)).toEqual([["api-token:default", tokenOf("a")]]);
  });

  it("asks for the token on a terminal without an echo", async () => {
    const bench = createLoginBench({ answers: [tokenOf("a")] });
    await bench.run(loginCommand);
    expect(bench.questions).toEqual(["DigitalOcean API token"]);
    expect(bench.notes).toEqual([
      "create an API token at https://cloud.digitalocean.com/account/api/tokens",
      "with the scopes registry:read and registry:update",
    ]);
    expect(stored(bench)).toEqual([["api-token:default", tokenOf("a")]]);
  });

  it("offers doctl's token on a terminal, and asks for another if the user declines", async () => {
    const doctl = { default: tokenOf("d") };
    const agreed = createLoginBench({ doctl, answers: [true] });
    await agreed.run(loginCommand);
    expect(agreed.questions).toEqual(["Use the API token in doctl's config?"]);
    expect(stored(agreed)).toEqual([["api-token:default", tokenOf("d")]]);
    const declined = createLoginBench({ doctl, answers: [false, tokenOf("a")] });
    await declined.run(loginCommand);
    expect(stored(declined)).toEqual([["api-token:default", tokenOf("a")]]);
  });

  it("tries the store before it asks for the token", async () => {
    const bench = createLoginBench({ answers: [tokenOf("a")] });
    bench.keychain.failWith(new HelperError("keychain-locked", "the keychain is locked"));
    expect(await failureOf(() => bench.run(loginCommand))).toMatchObject({ code: "keychain-locked" });
    expect([bench.questions, bench.notes]).toEqual([[], []]);
  });

  it("says on a terminal that it replaces the account's token", async () => {
    const bench = createLoginBench({ answers: [tokenOf("b")] });
    await bench.credentials.apiTokens.write("default", new Secret(tokenOf("a")));
    await bench.run(loginCommand);
    expect(bench.notes[0]).toBe("account default has an API token; a new one replaces it");
    expect(stored(bench)).toEqual([["api-token:default", tokenOf("b")]]);
  });

  it("stores nothing if the user interrupts the prompt", async () => {
    const bench = createLoginBench({ answers: [] });
    expect(await failureOf(() => bench.run(loginCommand))).toMatchObject({ code: "cancelled" });
    expect(stored(bench)).toEqual([]);
  });

  it("uses doctl's token of the given context without a prompt", async () => {
    const bench = createLoginBench({ doctl: { default: tokenOf("d"), work: tokenOf("e") } });
    await bench.run(loginCommand, { fromDoctl: true, context: "Work" });
    expect(stored(bench)).toEqual([["api-token:work", tokenOf("e")]]);
  });

  it("suggests doctl auth init if doctl has no token", async () => {
    const bench = createLoginBench();
    await expect(bench.run(loginCommand, { fromDoctl: true })).rejects.toMatchObject({
      code: "no-api-token",
      message: "doctl's configuration has no API token for this account",
      hint: "run doctl auth init, or log in without --from-doctl",
    });
  });

  it("suggests --token-stdin and --from-doctl without a terminal", async () => {
    const bench = createLoginBench({ stdin: tokenOf("a") });
    await expect(bench.run(loginCommand)).rejects.toMatchObject({
      code: "bad-arguments",
      message: "there is no terminal to ask for the API token",
      hint: "pass it on stdin with --token-stdin, or use doctl's with --from-doctl",
    });
    expect(stored(bench)).toEqual([]);
  });

  it.each([
    [{ tokenStdin: true, fromDoctl: true }, "--token-stdin and --from-doctl cannot be combined"],
    [
      { context: "a b" },
      "the context in --context must be 1 to 64 letters, digits, dots, hyphens and underscores",
    ],
  ])("rejects %j", async (options, message) => {
    const bench = createLoginBench({ stdin: tokenOf("a") });
    expect(await failureOf(() => bench.run(loginCommand, options))).toEqual({
      code: "bad-arguments",
      message,
    });
  });

  it("logs in to the current account by default", async () => {
    const bench = createLoginBench({ stdin: tokenOf("a"), settings: { context: "work" } });
    const { text } = await bench.run(loginCommand, { tokenStdin: true });
    expect(text).toContain("account work,");
    expect(stored(bench)).toEqual([["api-token:work", tokenOf("a")]]);
  });

  it("reports what DigitalOcean did not say as unknown, and stores the token", async () => {
    const bench = createLoginBench({ stdin: tokenOf("a") });
    bench.api.account = undefined;
    bench.api.fail("token", "api-unavailable");
    const { text, json } = await bench.run(loginCommand, { tokenStdin: true });
    expect(text).toMatch(/^account +unknown \(requires the scope account:read\)$/m);
    expect(text).toMatch(/^scopes +unknown$/m);
    expect(json).toMatchObject({ account: null, token: null });
    expect(bench.warnings).toEqual(["DigitalOcean did not report the scopes of the API token"]);
  });

  it("suggests creating a registry if the account has none", async () => {
    const bench = createLoginBench({ stdin: tokenOf("a") });
    bench.api.registries = [];
    const { text } = await bench.run(loginCommand, { tokenStdin: true });
    expect(text).toMatch(/^registries +none; create one: doctl registry create NAME$/m);
  });

  it("counts irrelevant scopes, and reports when the token expires", async () => {
    const bench = createLoginBench({ stdin: tokenOf("a") });
    const scopes = ["droplet:read", "registry:read", "registry:update", "vpc:read"];
    bench.api.token = { scopes, expiresInSeconds: 90 * 24 * 3600 };
    const { text, json } = await bench.run(loginCommand, { tokenStdin: true });
    expect(text).toMatch(/^scopes +registry:read, registry:update, and 2 others$/m);
    expect(text).toMatch(/^API token +expires in 90 d$/m);
    expect(json).toMatchObject({ token: { scopes, expiresAt: "2027-02-19T12:00:00.000Z" } });
  });
});

describe("docr login warns", () => {
  it("that the token can pull but not push", async () => {
    const bench = createLoginBench({ stdin: tokenOf("a") });
    bench.api.token = { scopes: ["registry:read"], expiresInSeconds: undefined };
    await bench.run(loginCommand, { tokenStdin: true });
    expect(bench.warnings).toEqual([
      "this API token can pull but not push: it lacks the scope registry:update",
    ]);
  });

  it("that the environment's token takes precedence", async () => {
    const bench = createLoginBench({ stdin: tokenOf("a"), apiToken: tokenOf("e") });
    await bench.run(loginCommand, { tokenStdin: true });
    expect(bench.warnings).toEqual([
      "DIGITALOCEAN_ACCESS_TOKEN is set and takes precedence; unset it to use this account",
    ]);
  });

  it("that another account is the current one, unless the config file maps a registry to this one", async () => {
    const other = createLoginBench({ stdin: tokenOf("a") });
    await other.run(loginCommand, { tokenStdin: true, context: "work" });
    expect(other.warnings).toEqual([
      "the current account is default; run docr context use work to use this one",
    ]);
    const env = { DIGITALOCEAN_CONTEXT: "home" };
    const fixed = createLoginBench({ stdin: tokenOf("a"), settings: { context: "home" }, env });
    await fixed.run(loginCommand, { tokenStdin: true, context: "work" });
    expect(fixed.warnings).toEqual([
      "the current account is home; set DIGITALOCEAN_CONTEXT=work to use this one",
    ]);
    const named = createLoginBench({ stdin: tokenOf("a"), settings: { contexts: { acme: "work" } } });
    await named.run(loginCommand, { tokenStdin: true, context: "work" });
    expect(named.warnings).toEqual([]);
  });
});

const NO_USES = { usedBy: [], shadowedBy: [], warnings: [] };

async function warningsWith(options: CommandBenchOptions): Promise<readonly string[]> {
  const bench = createLoginBench({ stdin: tokenOf("a"), ...options });
  await bench.run(loginCommand, { tokenStdin: true });
  return bench.warnings;
}

describe("docr login says what is missing", () => {
  it("if no client asks docr", async () => {
    expect(await warningsWith({ clients: { usesOf: async () => NO_USES } })).toEqual([
      `no client asks docr for ${HOST}; run docr configure`,
    ]);
  });

  it("if docker finds another login first", async () => {
    const shadow = {
      client: "docker",
      kind: "helper",
      setting: "credsStore",
      helper: "pass",
      source: "f",
    } as const;
    const usesOf = async () => ({ usedBy: [], shadowedBy: [shadow], warnings: [] });
    expect(await warningsWith({ clients: { usesOf } })).toEqual([
      `docker asks docker-credential-pass for ${HOST} before docr (credsStore in f); run docr configure`,
    ]);
  });

  it("if DOCR_STORE names a store that docr does not take without it", async () => {
    expect(await warningsWith({ env: { HOME: "/nowhere", DOCR_STORE: "file" } })).toEqual([
      "where DOCR_STORE=file is not set, such as in another shell, docr looks in the keychain; run docr config set store file",
    ]);
    expect(await warningsWith({ env: { HOME: "/nowhere", DOCR_STORE: "keychain" } })).toEqual([]);
  });

  it("even if the clients' files cannot be read", async () => {
    const failing = { usesOf: async () => Promise.reject(new HelperError("client-config", "no")) };
    expect(await warningsWith({ clients: failing })).toEqual([
      `no client asks docr for ${HOST}; run docr configure`,
    ]);
  });
});
