import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { onMachine, type TestMachine } from "../support/fakes/test-machine.ts";
import { listFiles } from "../support/private-folder.ts";
import { HOST } from "../support/requests.ts";

const pathsOf = ({ privateFolder }: TestMachine): readonly string[] =>
  listFiles(privateFolder).map((name) => join(privateFolder, name));

const isInKeychain = ({ keychain, standIn }: TestMachine): boolean => {
  const secret = standIn.account.minted.at(-1)?.secret ?? "nothing minted";
  return [...keychain.values().values()].some((value) => value.includes(secret));
};

const IN_KEYCHAIN = { DOCR_CACHE: "keychain" };

describe("a cached credential", () => {
  it.concurrent(
    "is in a 0600 file in a 0700 folder of the runtime directory, and not in the keychain",
    onMachine(async (machine) => {
      await machine.get();
      expect(statSync(machine.privateFolder).mode & 0o777).toBe(0o700);
      const modes = pathsOf(machine).map((path) => statSync(path).mode & 0o777);
      expect(modes.length).toBeGreaterThan(0);
      expect(new Set(modes)).toEqual(new Set([0o600]));
      expect(isInKeychain(machine)).toBe(false);
    }),
  );

  it.concurrent(
    "has the API token neither in its file nor in its file's name",
    onMachine(async (machine) => {
      await machine.get();
      const token = machine.token.slice("dop_v1_".length);
      const texts = pathsOf(machine).map((path) => path + readFileSync(path, "utf8"));
      expect(texts.some((text) => text.includes(token))).toBe(false);
    }),
  );

  it.concurrent(
    "is in the keychain and in no file with DOCR_CACHE=keychain",
    onMachine(async (machine) => {
      await machine.get(IN_KEYCHAIN);
      expect(isInKeychain(machine)).toBe(true);
      expect(listFiles(machine.privateFolder, "minted-")).toEqual([]);
      expect((await machine.get(IN_KEYCHAIN)).code).toBe(0);
      expect(machine.standIn.count("mint")).toBe(1);
      await machine.docr("erase", { stdin: HOST, env: IN_KEYCHAIN });
      expect(isInKeychain(machine)).toBe(false);
      expect(machine.standIn.account.minted.at(-1)?.revoked).toBe(true);
    }),
  );

  it.concurrent(
    "is nowhere with DOCR_CACHE=none: each get mints",
    onMachine(async ({ get, standIn }) => {
      await get({ DOCR_CACHE: "none" });
      await get({ DOCR_CACHE: "none" });
      expect(standIn.count("mint")).toBe(2);
    }),
  );

  it.concurrent(
    "is not returned for another API token",
    onMachine(async ({ get, standIn }) => {
      await get();
      await get({ DIGITALOCEAN_ACCESS_TOKEN: standIn.account.addToken() });
      expect(standIn.count("mint")).toBe(2);
    }),
  );

  it.concurrent(
    "is returned without an API call",
    onMachine(async ({ get, standIn }) => {
      await get();
      standIn.reset();
      expect(await get()).toMatchObject({ code: 0, stderr: "" });
      expect(standIn.calls).toEqual([]);
    }),
  );

  it.concurrent(
    "makes docr close a folder that is open to other users",
    onMachine(async ({ get, privateFolder }) => {
      await get();
      chmodSync(privateFolder, 0o755);
      expect((await get()).code).toBe(0);
      expect(statSync(privateFolder).mode & 0o777).toBe(0o700);
    }),
  );

  it.concurrent(
    "is not read from a file that other users can read",
    onMachine(async (machine) => {
      await machine.get();
      for (const path of pathsOf(machine)) chmodSync(path, 0o644);
      expect((await machine.get()).code).toBe(0);
      expect(machine.standIn.count("mint")).toBe(2);
    }),
  );

  it.concurrent(
    "is not read through a symbolic link",
    onMachine(async ({ folder, get, privateFolder, standIn }) => {
      await get();
      const elsewhere = join(folder, "elsewhere");
      renameSync(privateFolder, elsewhere);
      symlinkSync(elsewhere, privateFolder);
      expect((await get()).code).toBe(0);
      expect(standIn.count("mint")).toBe(2);
      rmSync(privateFolder);
    }),
  );

  it.concurrent(
    "is not needed: without a runtime directory, a get mints",
    onMachine(async ({ folder, get }) => {
      mkdirSync(join(folder, "nowhere"));
      expect((await get({ XDG_RUNTIME_DIR: join(folder, "nowhere", "missing") })).code).toBe(0);
    }),
  );
});
