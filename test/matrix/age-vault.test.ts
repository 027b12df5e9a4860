import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateX25519Identity } from "age-encryption";
import { describe, expect, it } from "vitest";
import { type EnvironmentChanges, onMachine, type TestMachine } from "../support/fakes/test-machine.ts";
import { CLEAN_FAILURE, summarizeFailure } from "../support/failure.ts";
import { readFiles } from "../support/private-folder.ts";
import { HOST, loginFor } from "../support/requests.ts";

const VAULT = { DOCR_STORE: "file" };

const dataFolder = ({ home }: TestMachine): string => join(home, ".local", "share", "docr");
const vaultOf = (machine: TestMachine): string => join(dataFolder(machine), "vault.age");
const identityOf = ({ home }: TestMachine): string => join(home, ".config", "docr", "age-identity.txt");

const store = ({ docr }: TestMachine, server: string, env: EnvironmentChanges = {}) =>
  docr("store", { stdin: loginFor(server), env: { ...VAULT, ...env } });

/** The listed servers except DigitalOcean's registry. */
async function listServers({ docr }: TestMachine, env: EnvironmentChanges = {}): Promise<readonly string[]> {
  const listed = await docr("list", { env: { ...VAULT, ...env } });
  expect(listed).toMatchObject({ code: 0, stderr: "" });
  return Object.keys(JSON.parse(listed.stdout)).filter((server) => server !== HOST);
}

describe("logins in the age vault", () => {
  it.concurrent(
    "are stored, returned, listed and erased",
    onMachine(async (machine) => {
      const get = () => machine.docr("get", { stdin: "one.test", env: VAULT });
      expect(await store(machine, "one.test")).toMatchObject({ code: 0, stdout: "", stderr: "" });
      expect(await store(machine, "two.test")).toMatchObject({ code: 0 });
      expect(JSON.parse((await get()).stdout).Secret).toBe("password of one.test");
      expect(await listServers(machine)).toEqual(["one.test", "two.test"]);
      const erased = await machine.docr("erase", { stdin: "one.test", env: VAULT });
      expect(erased).toMatchObject({ code: 0, stdout: "", stderr: "" });
      expect(await listServers(machine)).toEqual(["two.test"]);
      expect((await get()).stdout).toBe("credentials not found in native keychain\n");
    }),
  );

  it.concurrent(
    "include an API token, which mints until the logout removes it",
    onMachine(async (machine) => {
      const env = { ...VAULT, DIGITALOCEAN_ACCESS_TOKEN: undefined };
      const docr = (action: string, stdin: string) => machine.docr(action, { stdin, env });
      expect(await docr("store", loginFor(HOST, "me", machine.token))).toMatchObject({ code: 0, stderr: "" });
      expect(machine.idOf(await docr("get", HOST))).toBe(1);
      expect(readFiles(dataFolder(machine))).not.toContain(machine.token);
      expect(await docr("erase", HOST)).toMatchObject({ code: 0, stderr: "" });
      expect(machine.standIn.account.minted[0]?.revoked).toBe(true);
      expect((await docr("get", HOST)).code).toBe(1);
    }),
  );

  it.concurrent(
    "are encrypted, and only this user can read the vault and its identity",
    onMachine(async (machine) => {
      await store(machine, "one.test");
      const sealed = readFileSync(vaultOf(machine), "latin1");
      expect(sealed.startsWith("age-encryption.org/v1\n")).toBe(true);
      expect(sealed).not.toMatch(/password of|one\.test/);
      for (const path of [vaultOf(machine), identityOf(machine)])
        expect(statSync(path).mode & 0o777).toBe(0o600);
    }),
  );

  it.concurrent(
    "use the identity in DOCR_AGE_IDENTITY_FILE; docr creates it at the first use",
    onMachine(async (machine) => {
      const identity = join(machine.folder, "medium", "identity.txt");
      const env = { DOCR_AGE_IDENTITY_FILE: identity };
      expect((await store(machine, "one.test", env)).code).toBe(0);
      expect(statSync(identity).mode & 0o777).toBe(0o600);
      expect(existsSync(identityOf(machine))).toBe(false);
      expect(await listServers(machine, env)).toEqual(["one.test"]);
    }),
  );

  it.concurrent(
    "are chosen by the config file, and an unknown store is an error",
    onMachine(async (machine) => {
      mkdirSync(join(machine.home, ".config", "docr"), { recursive: true });
      writeFileSync(join(machine.home, ".config", "docr", "config.json"), '{"store":"file"}');
      expect((await machine.docr("store", { stdin: loginFor("one.test") })).code).toBe(0);
      expect(await listServers(machine)).toEqual(["one.test"]);
      const outcome = await store(machine, "two.test", { DOCR_STORE: "disk" });
      expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(/DOCR_STORE must be one of auto, keychain, file, pass/);
    }),
  );

  it.concurrent(
    "need a home directory",
    onMachine(async (machine) => {
      const outcome = await store(machine, "one.test", { HOME: undefined });
      expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(/DOCR_STORE=file requires HOME/);
    }),
  );
});

/** What happens to a vault with one login. */
const DAMAGES: readonly {
  readonly title: string;
  readonly arrange: (machine: TestMachine) => unknown;
  readonly message: RegExp;
}[] = [
  {
    title: "with another identity",
    arrange: async (machine) => writeFileSync(identityOf(machine), `${await generateX25519Identity()}\n`),
    message: /vault does not open with this age identity/,
  },
  {
    title: "with another text as identity",
    arrange: (machine) => writeFileSync(identityOf(machine), "hunter2\n"),
    message: /contains no X25519 identity/,
  },
  {
    title: "without its identity",
    arrange: (machine) => rmSync(identityOf(machine)),
    message: /identity of the vault is missing/,
  },
  {
    title: "with an identity that its group can read",
    arrange: (machine) => chmodSync(identityOf(machine), 0o640),
    message: /other users can read the age identity/,
  },
  {
    title: "with a changed byte",
    arrange(machine) {
      const bytes = readFileSync(vaultOf(machine));
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 3) ^ 1, bytes.length - 3);
      writeFileSync(vaultOf(machine), bytes);
    },
    message: /vault does not open/,
  },
  {
    title: "whose second half is missing",
    arrange: (machine) => writeFileSync(vaultOf(machine), readFileSync(vaultOf(machine)).subarray(0, 120)),
    message: /vault does not open/,
  },
  {
    title: "that is empty",
    arrange: (machine) => writeFileSync(vaultOf(machine), ""),
    message: /vault does not open/,
  },
];

describe.each(DAMAGES)("an age vault $title", ({ arrange, message }) => {
  it.concurrent.each([
    ["get", "one.test"],
    ["store", loginFor("two.test")],
    ["erase", "one.test"],
  ])("makes a %s fail with the reason, and is not changed", async (action, stdin) => {
    await onMachine(async (machine) => {
      await store(machine, "one.test");
      await arrange(machine);
      const before = readFileSync(vaultOf(machine));
      const outcome = await machine.docr(action, { stdin, env: VAULT });
      expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(message);
      // The hint names the file to look at.
      expect(outcome.stderr).toMatch(/(?:check|run chmod 600) \/\S+\/(?:vault\.age|age-identity\.txt)/);
      expect(outcome.stderr).not.toContain("hunter2");
      expect(readFileSync(vaultOf(machine)).equals(before)).toBe(true);
    })();
  });

  it.concurrent(
    "is not needed with an API token in the environment, and list is silent about it",
    onMachine(async (machine) => {
      await store(machine, "one.test");
      await arrange(machine);
      expect(await listServers(machine)).toEqual([]);
      expect((await machine.get(VAULT)).code).toBe(0);
    }),
  );
});
