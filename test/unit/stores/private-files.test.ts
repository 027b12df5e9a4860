import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { SecretStore } from "../../../src/core/secret-store.ts";
import { COMMIT_LOCK } from "../../../src/credentials/commit-lock.ts";
import { lockFileName } from "../../../src/system/locks.ts";
import { createPrivateFiles } from "../../../src/stores/private-files.ts";
import { Secret } from "../../../src/core/secret.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";
import { describeUnless } from "../../support/lab/describe.ts";

const UID = process.getuid?.();
const NOT_THIS_USERS = {
  code: "keychain-failed",
  message: "the folder for cached credentials is not private to this user",
};

let base: string;
let folder: string;
let count = 0;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "docr-unit-"));
  folder = join(base, "docr");
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

function open(uid = UID, isRunning: (pid: number) => boolean = () => true): SecretStore {
  return createPrivateFiles(folder, uid, () => `${process.pid}-${(count += 1)}`, isRunning);
}

const read = async (store: SecretStore, name = "minted-a") => (await store.read(name))?.reveal();
const write = (store: SecretStore, text = "hunter2", name = "minted-a") =>
  store.write(name, new Secret(text));
const modeOf = (path: string): number => lstatSync(path).mode & 0o777;

describeUnless(UID === undefined ? "files have no owner here" : undefined, "a private file", () => {
  it("is written after locks and notes of single keys that are a month old are removed", async () => {
    const store = open();
    await write(store);
    const digest = "5e".repeat(32);
    const passing = [
      lockFileName(digest),
      `failure-${digest}`,
      `renewal-${digest}`,
      `other-${digest}`,
      `fallback-${digest}`,
    ];
    const staying = [lockFileName(COMMIT_LOCK), `warm-${digest}`, `minted-${digest}`];
    const age = (names: readonly string[], days: number): void => {
      for (const name of names) {
        const then = new Date(Date.now() - days * 86_400_000);
        writeFileSync(join(folder, name), "", { mode: 0o600 });
        utimesSync(join(folder, name), then, then);
      }
    };
    age([...passing, ...staying], 29);
    await write(store);
    expect(readdirSync(folder).toSorted()).toEqual([...passing, ...staying, "minted-a"].toSorted());
    age([...passing, ...staying], 31);
    await write(store);
    expect(readdirSync(folder).toSorted()).toEqual([...staying, "minted-a"].toSorted());
  });

  it("is read as it was written, replaced and erased", async () => {
    const store = open();
    expect(await read(store)).toBeUndefined();
    await write(store, "one");
    await write(store, "two 🐋");
    expect(await read(store)).toBe("two 🐋");
    expect([await store.erase("minted-a"), await store.erase("minted-a")]).toEqual([true, false]);
    expect(await read(store)).toBeUndefined();
  });

  it("is private to this user with any umask, and so is its folder", async () => {
    for (const mask of [0o000, 0o022, 0o777]) {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { mode: 0o700 });
      const before = process.umask(mask);
      try {
        await write(open());
      } finally {
        process.umask(before);
      }
      expect([modeOf(folder), modeOf(join(folder, "minted-a"))]).toEqual([0o700, 0o600]);
    }
  });

  it("is found by the prefix of its name", async () => {
    const store = open();
    for (const name of ["minted-a", "minted-b", "digest-c"]) await write(store, name, name);
    const found = await store.entries("minted-");
    expect(new Map([...found].map(([name, value]) => [name, value.reveal()]))).toEqual(
      new Map([
        ["minted-a", "minted-a"],
        ["minted-b", "minted-b"],
      ]),
    );
  });

  it("leaves no other file in the folder", async () => {
    await write(open());
    await write(open());
    expect(readdirSync(folder)).toEqual(["minted-a"]);
  });

  it.each(["", ".", "..", "../x", "a/b", "A", "a.b", "a\0", "x".repeat(101)])(
    "is never written under the name %j",
    async (name) => {
      await expect(open().write(name, new Secret("x"))).rejects.toThrow("not a name for a private file");
      expect(readdirSync(base)).toEqual([]);
    },
  );

  it.each([0o640, 0o604, 0o660, 0o601, 0o777])(
    "that other users can access (%o) counts as missing",
    async (mode) => {
      const store = open();
      await write(store);
      chmodSync(join(folder, "minted-a"), mode);
      expect(await read(store)).toBeUndefined();
      expect((await store.entries("minted-")).size).toBe(0);
      await write(store, "new");
      expect([await read(store), modeOf(join(folder, "minted-a"))]).toEqual(["new", 0o600]);
    },
  );

  it("that is a symlink counts as missing, and its target is neither read nor written", async () => {
    const store = open();
    await write(store, "x", "digest-x");
    const target = join(base, "target");
    writeFileSync(target, "another's", { mode: 0o600 });
    symlinkSync(target, join(folder, "minted-a"));
    expect(await read(store)).toBeUndefined();
    await write(store, "docr's");
    expect([readFileSync(target, "utf8"), await read(store)]).toEqual(["another's", "docr's"]);
    expect(lstatSync(join(folder, "minted-a")).isSymbolicLink()).toBe(false);
  });

  it("that is a named pipe counts as missing, without a wait for its writer", async () => {
    const store = open();
    await write(store, "x", "digest-x");
    execFileSync("mkfifo", ["-m", "600", join(folder, "minted-a")]);
    expect(await read(store)).toBeUndefined();
    await write(store, "docr's");
    expect(await read(store)).toBe("docr's");
  });

  it("that is a folder counts as missing", async () => {
    const store = open();
    await write(store, "x", "digest-x");
    mkdirSync(join(folder, "minted-a"), { mode: 0o700 });
    expect(await read(store)).toBeUndefined();
  });

  it("of more than 64 KiB counts as missing", async () => {
    const store = open();
    await write(store);
    truncateSync(join(folder, "minted-a"), 64 * 1024);
    expect(await read(store)).toHaveLength(64 * 1024);
    truncateSync(join(folder, "minted-a"), 64 * 1024 + 1);
    expect(await read(store)).toBeUndefined();
  });

  it("of another user counts as missing", async () => {
    await write(open());
    expect(await read(open((UID ?? 0) + 1))).toBeUndefined();
    expect((await open((UID ?? 0) + 1).entries("")).size).toBe(0);
  });

  it("that a killed process left unfinished is removed by the next write; one of a running process is not", async () => {
    const store = open(UID, (pid) => pid === 17);
    await write(store);
    for (const name of [".new-16-1", ".new-17-1", ".new-x", ".other"])
      writeFileSync(join(folder, name), "half");
    await write(store);
    expect(readdirSync(folder).toSorted()).toEqual([".new-17-1", ".new-x", ".other", "minted-a"]);
  });
});

describeUnless(
  UID === undefined ? "files have no owner here" : undefined,
  "the folder of private files",
  () => {
    it.each([0o755, 0o770, 0o701, 0o777])(
      "that is open to other users (%o) is not read, and the next write closes it",
      async (mode) => {
        const store = open();
        await write(store);
        chmodSync(folder, mode);
        expect(await read(store)).toBeUndefined();
        expect([await store.erase("minted-a"), (await store.entries("")).size]).toEqual([false, 0]);
        await write(store, "new");
        expect([await read(store), modeOf(folder)]).toEqual(["new", 0o700]);
      },
    );

    it("that is a symlink is not followed", async () => {
      const store = open();
      await write(store);
      renameSync(folder, join(base, "elsewhere"));
      symlinkSync(join(base, "elsewhere"), folder);
      expect(await read(store)).toBeUndefined();
      expect(await store.erase("minted-a")).toBe(false);
      expect(await failureOf(() => write(store))).toEqual(NOT_THIS_USERS);
      expect(readFileSync(join(base, "elsewhere", "minted-a"), "utf8")).toBe("hunter2");
    });

    it("of another user is not written to", async () => {
      mkdirSync(folder, { mode: 0o700 });
      expect(await failureOf(() => write(open((UID ?? 0) + 1)))).toEqual(NOT_THIS_USERS);
      expect(readdirSync(folder)).toEqual([]);
    });

    it("that is a file is not replaced", async () => {
      writeFileSync(folder, "a file", { mode: 0o600 });
      expect(await failureOf(() => write(open()))).toEqual(NOT_THIS_USERS);
      expect(readFileSync(folder, "utf8")).toBe("a file");
    });

    it("is created by the first write only", async () => {
      const store = open();
      await store.read("minted-a");
      await store.erase("minted-a");
      await store.entries("");
      expect(existsSync(folder)).toBe(false);
      await write(store);
      expect(existsSync(folder)).toBe(true);
    });
  },
);
