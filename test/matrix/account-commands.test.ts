import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inventToken } from "../support/fakes/digitalocean-account.ts";
import { type EnvironmentChanges, onMachine, type TestMachine } from "../support/fakes/test-machine.ts";
import type { Outcome } from "../support/lab/run.ts";
import { HOST, MINT } from "../support/requests.ts";

const ANY_TOKEN = /do[op]_v1_[0-9a-f]/;
const WITHOUT_TOKEN = { DIGITALOCEAN_ACCESS_TOKEN: undefined };

/** Without it, a login warns that no client asks docr. */
function configureDocker({ home }: TestMachine): void {
  const folder = join(home, ".docker");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.json"), JSON.stringify({ credHelpers: { [HOST]: "docr" } }));
}

function logIn(machine: TestMachine, token: string, ...more: string[]): Promise<Outcome> {
  configureDocker(machine);
  const args = ["login", "--token-stdin", ...more];
  return machine.docr(args, { stdin: `${token}\n`, env: WITHOUT_TOKEN });
}

const isInKeychain = ({ keychain }: TestMachine, secret: string): boolean =>
  [...keychain.values().values()].some((value) => value.includes(secret));

describe("docr login", () => {
  it.concurrent(
    "sends the token to the account and the OAuth endpoint, and mints nothing",
    onMachine(async (machine) => {
      await logIn(machine, machine.token);
      expect(machine.standIn.count("token-info", "account", "list")).toBe(3);
      expect(machine.standIn.count("mint")).toBe(0);
    }),
  );

  it.concurrent(
    "reports as unknown what the token may not read, and warns that it cannot push",
    onMachine(async (machine) => {
      const reader = machine.standIn.account.addToken(["registry:read"]);
      const { code, stdout, stderr } = await logIn(machine, reader, "--json");
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        account: null,
        token: { scopes: ["registry:read"], canPush: false, expiresAt: null },
        registries: [{ name: "acme", region: "fra1" }],
      });
      expect(stderr).toBe(
        "docr: warning: this API token can pull but not push: it lacks the scope registry:update\n",
      );
    }),
  );

  it.concurrent(
    "stores no token that DigitalOcean rejects, and prints the reason",
    onMachine(async (machine) => {
      const unknown = inventToken();
      const rejected = await logIn(machine, unknown);
      expect(rejected).toMatchObject({ code: 1, stdout: "" });
      expect(rejected.stderr).toMatch(
        /^docr: error: DigitalOcean rejected the API token from stdin \(HTTP 401, request \S+\): Unable to authenticate you\ndocr: hint: create a token [^\n]+\n$/,
      );
      const weak = machine.standIn.account.addToken(["account:read"]);
      const forbidden = await logIn(machine, weak);
      expect(forbidden).toMatchObject({ code: 1, stdout: "" });
      expect(forbidden.stderr).toContain("lacks the scope registry:read (HTTP 403");
      expect([isInKeychain(machine, unknown), isInKeychain(machine, weak)]).toEqual([false, false]);
    }),
  );

  it.concurrent(
    "waits at most 12 s for what it only displays",
    onMachine(async (machine) => {
      machine.standIn.faults.add({ kind: "hang", path: "/v1/oauth/token/info", times: 9 });
      const { code, stdout, stderr, ms } = await logIn(machine, machine.token);
      const warning = "docr: warning: DigitalOcean did not report the scopes of the API token\n";
      expect([code, stderr]).toEqual([0, warning]);
      expect(stdout).toMatch(/^scopes +unknown$/m);
      expect(ms).toBeLessThan(12_000);
    }),
  );

  it.concurrent(
    "stores one token for each context, and names the current one",
    onMachine(async (machine) => {
      const other = machine.standIn.account.addToken();
      const docr = (...args: string[]) => machine.docr(args, { env: WITHOUT_TOKEN });
      await logIn(machine, machine.token);
      expect((await logIn(machine, other, "--context", "work")).stderr).toBe(
        "docr: warning: the current account is default; run docr context use work to use this one\n",
      );
      expect(JSON.parse((await docr("status", "--json")).stdout)).toMatchObject({
        apiToken: "the keychain",
        sources: expect.arrayContaining([expect.objectContaining({ contexts: ["default", "work"] })]),
      });
      expect((await docr("logout", "--context", "work")).stdout).toBe(
        "deleted the API token of work; revoked 0 credentials\n",
      );
      expect([isInKeychain(machine, machine.token), isInKeychain(machine, other)]).toEqual([true, false]);
    }),
  );

  it.concurrent(
    "stores doctl's token, and warns that the one in the environment takes precedence",
    onMachine(async (machine) => {
      configureDocker(machine);
      mkdirSync(join(machine.home, "doctl"));
      const config = join(machine.home, "doctl", "config.yaml");
      writeFileSync(config, `access-token: ${machine.token}\n`);
      const logInFromDoctl = (env: EnvironmentChanges) =>
        machine.docr(["login", "--from-doctl"], { env: { DIGITALOCEAN_CONFIG: config, ...env } });
      expect(await logInFromDoctl(WITHOUT_TOKEN)).toMatchObject({ code: 0, stderr: "" });
      expect(isInKeychain(machine, machine.token)).toBe(true);
      expect((await logInFromDoctl({})).stderr).toMatch(
        /^docr: warning: DIGITALOCEAN_ACCESS_TOKEN is set and takes precedence[^\n]+\n$/,
      );
    }),
  );

  it.concurrent(
    "needs a terminal, or an option",
    onMachine(async ({ docr }) => {
      expect(await docr(["login"], { env: WITHOUT_TOKEN })).toMatchObject({
        code: 2,
        stdout: "",
        stderr:
          "docr: error: there is no terminal to ask for the API token\ndocr: hint: pass it on stdin with --token-stdin, or use doctl's with --from-doctl\n",
      });
    }),
  );
});

describe("docr credentials", () => {
  it.concurrent(
    "mints without an expiry only with --never-expire, and warns",
    onMachine(async ({ docr, standIn }) => {
      const { code, stderr } = await docr(["credentials", "--never-expire"]);
      expect([code, standIn.account.minted.at(-1)?.expiresAt]).toEqual([0, undefined]);
      expect(stderr).toMatch(/^docr: warning: this credential never expires; [^\n]+\n$/);
      expect(await docr(["credentials", "--never-expire", "--expiry", "1h"])).toMatchObject({
        code: 2,
        stdout: "",
      });
      expect((await docr(["credentials", "--expiry", "0"])).code).toBe(2);
    }),
  );

  it.concurrent.each([
    [401, "rejected the API token from DIGITALOCEAN_ACCESS_TOKEN (HTTP 401"],
    [403, "lacks the scope registry:read (HTTP 403"],
    [404, "has no such registry (HTTP 404"],
    [412, "has no registry, or more than one (HTTP 412"],
    [429, "exceeded DigitalOcean's rate limit (HTTP 429"],
    [500, "DigitalOcean's API failed (HTTP 500"],
  ])(
    "fails with an error and a hint if the API responds with %i, and mints nothing",
    async (status, message) => {
      await onMachine(async ({ docr, standIn }) => {
        standIn.faults.add({ kind: "answer", path: MINT, status, times: 9 });
        const { code, stdout, stderr } = await docr(["credentials", "acme"]);
        expect([code, stdout, standIn.account.minted]).toEqual([1, "", []]);
        expect(stderr).toMatch(/^docr: error: [^\n]+\ndocr: hint: [^\n]+\n$/);
        expect(stderr).toContain(message);
        expect(stderr).not.toMatch(ANY_TOKEN);
      })();
    },
  );

  it.concurrent(
    "lists the account's registries if it has no such registry",
    onMachine(
      async ({ docr }) => {
        expect(await docr(["credentials", "nosuch"])).toMatchObject({
          code: 1,
          stdout: "",
          stderr:
            "docr: error: this account has no registry named nosuch\ndocr: hint: its registries are acme and beta\n",
        });
      },
      { registries: ["acme", "beta"] },
    ),
  );

  it.concurrent(
    "needs a name with several registries",
    onMachine(
      async ({ docr }) => {
        expect((await docr(["credentials"])).stderr).toBe(
          "docr: error: this account has several registries: acme, other\ndocr: hint: name one: docr credentials NAME\n",
        );
      },
      { registries: ["acme", "other"] },
    ),
  );

  it.concurrent(
    "needs an API token",
    onMachine(async ({ docr }) => {
      expect((await docr(["credentials"], { env: WITHOUT_TOKEN })).stderr).toBe(
        "docr: error: there is no API token for the context default\ndocr: hint: run docr login, or set DIGITALOCEAN_ACCESS_TOKEN\n",
      );
    }),
  );
});

describe("docr status", () => {
  it.concurrent(
    "makes no API call and shows no secret",
    onMachine(async (machine) => {
      await logIn(machine, machine.token);
      await machine.get(WITHOUT_TOKEN);
      machine.standIn.reset();
      const { code, stdout, stderr } = await machine.docr("status", { env: WITHOUT_TOKEN });
      expect([code, stderr, machine.standIn.count()]).toEqual([0, "", 0]);
      expect(stdout).toMatch(/^ +> the keychain: default$/m);
      expect(stdout).toMatch(/^in use +the API token from the keychain$/m);
      expect(stdout).toMatch(/^acme +read-write +\d+ s +60 min +in use$/m);
      expect(stdout).not.toMatch(ANY_TOKEN);
    }),
  );

  it.concurrent(
    "shows an invalid API token as the source at which a get fails",
    onMachine(async ({ docr }) => {
      const env = { ...WITHOUT_TOKEN, DIGITALOCEAN_TOKEN: "hunter2" };
      const { code, stdout } = await docr("status", { env });
      expect(code).toBe(0);
      expect(stdout).toMatch(
        /^ +> DIGITALOCEAN_TOKEN: DIGITALOCEAN_TOKEN does not contain a DigitalOcean API token$/m,
      );
      expect(stdout).not.toContain("hunter2");
    }),
  );
});
