import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFiles, type Files } from "../../../../src/client-config/edit/files.ts";
import { NO_LOCKS } from "../../../support/fakes/no-locks.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { itUnless } from "../../../support/lab/describe.ts";
import { explainNotRoot, explainRoot } from "../../../support/lab/parts.ts";

const modeOf = (name: string): number => statSync(name).mode & 0o7777;
const refusal = (work: () => unknown): Promise<string> =>
  failureOf(work).then(({ code, message }) => `${code}: ${message}`);

describe("a file that docr changes", () => {
  let home: string;
  let folder: string;
  let path: string;
  let files: Files;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "docr-edit-"));
    folder = join(home, ".docker");
    path = join(folder, "config.json");
    mkdirSync(folder);
    const env = { HOME: home, PATH: "/usr/bin:/bin" };
    files = createFiles({ env, platform: "linux", uid: 1000 }, NO_LOCKS);
  });
  afterEach(() => {
    chmodSync(folder, 0o700);
    rmSync(home, { recursive: true });
  });

  const write = (text: string, mode = 0o644): void => {
    writeFileSync(path, text);
    chmodSync(path, mode);
  };

  it("is replaced by a new file of the same mode", () => {
    write("old", 0o640);
    const { ino } = statSync(path);
    expect(files.replace(files.open(path), "new")).toBe("done");
    expect([readFileSync(path, "utf8"), modeOf(path)]).toEqual(["new", 0o640]);
    expect(statSync(path).ino).not.toBe(ino);
    expect(readdirSync(folder)).toEqual(["config.json"]);
  });

  it("is private to this user if it is new, and so is its folder", () => {
    rmSync(folder, { recursive: true });
    const file = files.open(path);
    expect(file).toMatchObject({ path, label: "~/.docker/config.json", text: undefined });
    expect(files.replace(file, "new")).toBe("done");
    expect([modeOf(path), modeOf(folder)]).toEqual([0o600, 0o700]);
  });

  itUnless(explainNotRoot(), "keeps its owner; a new file gets the owner of its folder", () => {
    write("old");
    chownSync(path, 1234, 1235);
    chownSync(folder, 1236, 1237);
    files.replace(files.open(path), "new");
    expect(statSync(path)).toMatchObject({ uid: 1234, gid: 1235 });
    const other = join(folder, "other.json");
    files.replace(files.open(other), "new");
    expect(statSync(other)).toMatchObject({ uid: 1236, gid: 1237 });
  });

  it("stays a link whose target changes", () => {
    const dotfiles = join(home, "dotfiles");
    mkdirSync(dotfiles);
    writeFileSync(join(dotfiles, "docker.json"), "old");
    symlinkSync("../dotfiles/docker.json", path);
    const file = files.open(path);
    expect(file.target).toBe(join(dotfiles, "docker.json"));
    expect(files.replace(file, "new")).toBe("done");
    expect(readlinkSync(path)).toBe("../dotfiles/docker.json");
    expect(readFileSync(join(dotfiles, "docker.json"), "utf8")).toBe("new");
    expect(files.backUp(file)).toEqual({ path: `${path}.docr-backup`, isNew: true });
    expect(readdirSync(dotfiles)).toEqual(["docker.json"]);
  });

  it("is rejected if it is a broken link, or a link to itself", async () => {
    symlinkSync("nowhere.json", path);
    expect(await refusal(() => files.open(path))).toBe(
      "client-config: ~/.docker/config.json is a broken link",
    );
    expect(readlinkSync(path)).toBe("nowhere.json");
    rmSync(path);
    symlinkSync("config.json", path);
    expect(await refusal(() => files.open(path))).toBe(
      "client-config: cannot read or write ~/.docker/config.json (ELOOP)",
    );
  });

  it("is rejected if it is a folder, a pipe, too large or not text", async () => {
    mkdirSync(path);
    expect(await refusal(() => files.open(path))).toMatch(
      /^client-config: .* (?:is a directory, not a file|\(EISDIR\))$/,
    );
    rmSync(path, { recursive: true });
    execFileSync("mkfifo", [path]);
    expect(await refusal(() => files.open(path))).toBe(
      "client-config: ~/.docker/config.json is a named pipe, not a regular file",
    );
    rmSync(path);
    writeFileSync(path, Buffer.alloc(16 * 1024 * 1024 + 1, " "));
    expect(await refusal(() => files.open(path))).toBe(
      "client-config: ~/.docker/config.json is larger than 16 MiB",
    );
    writeFileSync(path, Buffer.from([0xff, 0xfe, 0x7b, 0x00]));
    expect(await refusal(() => files.open(path))).toBe(
      "client-config: ~/.docker/config.json is not UTF-8 text",
    );
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "a file");
    expect(await refusal(() => files.open(path))).toBe(
      "client-config: cannot read or write ~/.docker/config.json (ENOTDIR)",
    );
    rmSync(folder);
    mkdirSync(folder);
  });

  it("is rejected if its mode is read-only, even for root", async () => {
    write("old", 0o444);
    const file = files.open(path);
    expect(await refusal(() => files.replace(file, "new"))).toBe(
      "client-config: ~/.docker/config.json is read-only",
    );
    expect(await refusal(() => files.checkWritable(file))).toBe(
      "client-config: ~/.docker/config.json is read-only",
    );
    expect([readFileSync(path, "utf8"), readdirSync(folder)]).toEqual(["old", ["config.json"]]);
  });

  itUnless(explainRoot(), "is rejected in a read-only folder", async () => {
    write("old");
    chmodSync(folder, 0o500);
    expect(await refusal(() => files.replace(files.open(path), "new"))).toBe(
      "client-config: the folder of ~/.docker/config.json is read-only",
    );
  });

  it("is unchanged if another program has changed it since it was read", () => {
    write("old");
    const file = files.open(path);
    write("theirs");
    expect(files.replace(file, "new")).toBe("outdated");
    expect(files.replace(file, undefined)).toBe("outdated");
    rmSync(path);
    expect(files.replace(file, "new")).toBe("outdated");
    const absent = files.open(path);
    write("theirs");
    expect(files.replace(absent, "new")).toBe("outdated");
    expect([readFileSync(path, "utf8"), readdirSync(folder)]).toEqual(["theirs", ["config.json"]]);
  });

  it("is unchanged if its link now leads elsewhere", () => {
    writeFileSync(join(home, "a"), "old");
    writeFileSync(join(home, "b"), "old");
    symlinkSync("../a", path);
    const file = files.open(path);
    rmSync(path);
    symlinkSync("../b", path);
    expect(files.replace(file, "new")).toBe("outdated");
    expect([readFileSync(join(home, "a"), "utf8"), readFileSync(join(home, "b"), "utf8")]).toEqual([
      "old",
      "old",
    ]);
  });

  it("is written after the unfinished files of killed processes are removed, but not those of running ones", () => {
    write("old");
    const [killed, living] = [`${path}.docr-new-1`, `${path}.docr-new-2`];
    for (const next of [killed, living]) writeFileSync(next, "half");
    const hourAgo = Date.now() / 1000 - 3600;
    utimesSync(killed, hourAgo, hourAgo);
    expect(files.replace(files.open(path), "new")).toBe("done");
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(readdirSync(folder)).toEqual(["config.json", "config.json.docr-new-2"]);
  });

  it("is removed, and removing it again succeeds", () => {
    write("old");
    expect(files.replace(files.open(path), undefined)).toBe("done");
    expect(files.replace(files.open(path), undefined)).toBe("done");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("contains every byte that was written", () => {
    const text = '\uFEFF{\r\n "ü\u2028": 1}\r\n';
    write("old");
    files.replace(files.open(path), text);
    expect(files.open(path).text).toBe(text);
    expect(readFileSync(path)).toEqual(Buffer.from(text));
  });

  it("is copied to a private backup that replaces no other", () => {
    write("one");
    expect(files.backUp(files.open(path))).toEqual({ path: `${path}.docr-backup`, isNew: true });
    expect(files.backUp(files.open(path))).toEqual({ path: `${path}.docr-backup`, isNew: false });
    write("two");
    expect(files.backUp(files.open(path)).path).toBe(`${path}.docr-backup-2`);
    symlinkSync("/etc/passwd", `${path}.docr-backup-3`);
    write("three");
    expect(files.backUp(files.open(path)).path).toBe(`${path}.docr-backup-4`);
    expect(readFileSync(`${path}.docr-backup`, "utf8")).toBe("one");
    expect(modeOf(`${path}.docr-backup`)).toBe(0o600);
    expect(files.backupsOf(path)).toEqual(
      ["", "-2", "-3", "-4"].map((number) => `${path}.docr-backup${number}`),
    );
  });

  itUnless(explainNotRoot(), "is not changed by root behind another user's link", async () => {
    const asRoot = createFiles({ env: { HOME: home }, platform: "linux", uid: 0 }, NO_LOCKS);
    const roots = join(home, "roots.json");
    writeFileSync(roots, "{}");
    symlinkSync(roots, path);
    lchownSync(path, 4711, 4711);
    const file = asRoot.open(path);
    const expected = "client-config: ~/.docker/config.json is behind a link to a file of another user";
    expect(await refusal(() => asRoot.checkWritable(file))).toBe(expected);
    expect(await refusal(() => asRoot.replace(file, "new"))).toBe(expected);
    expect(await refusal(() => asRoot.replace(file, undefined))).toBe(expected);
    expect(await refusal(() => asRoot.backUp(file))).toBe(expected);
    expect([readFileSync(roots, "utf8"), readdirSync(folder)]).toEqual(["{}", ["config.json"]]);
    chownSync(roots, 4711, 4711);
    expect(asRoot.replace(asRoot.open(path), "new")).toBe("done");
  });
});
