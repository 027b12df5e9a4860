import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HelperError } from "../../../src/core/errors.ts";
import {
  isAbsent,
  isReadable,
  readRegularFile,
  readTextIfPresent,
} from "../../../src/system/regular-file.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";
import { describeUnless, itUnless } from "../../support/lab/describe.ts";
import { explainRoot, explainWindows } from "../../support/lab/parts.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docr-read-"));
  path = join(folder, "file");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const LIMIT = { limitKib: 1 };

/** The text of a file that can be read, the reason of one that cannot, or "absent". */
function outcomeOf(file: string, options: Partial<Parameters<typeof readRegularFile>[1]> = {}): string {
  const read = readRegularFile(file, { ...LIMIT, ...options });
  if (read.kind === "content") return `content ${read.bytes.toString()}`;
  return read.kind === "unreadable" ? read.reason : read.kind;
}

function requirePrivate({ mode }: { readonly mode: number }): string | undefined {
  return (mode & 0o077) === 0 ? undefined : "others can read it";
}

function readText(): string | undefined {
  return readTextIfPresent(path, LIMIT, (reason) => new HelperError("bad-setting", `unreadable: ${reason}`));
}

describeUnless(explainWindows(), "a file that docr reads", () => {
  it.each([0, 1, 1023, 1024])("is read completely up to the limit: %i bytes", (size) => {
    writeFileSync(path, "x".repeat(size));
    expect(outcomeOf(path)).toBe(`content ${"x".repeat(size)}`);
  });

  it.each([
    [1025, 1, "larger than 1 KiB"],
    [2 * 1024 * 1024, 1024, "larger than 1 MiB"],
  ])("is not read if it is larger than the limit: %i bytes", (size, limitKib, reason) => {
    writeFileSync(path, "x".repeat(size));
    expect(outcomeOf(path, { limitKib })).toBe(reason);
  });

  it.each([
    [1024, true],
    [1025, false],
  ])("counts as readable up to the limit: %i bytes", (size, expected) => {
    writeFileSync(path, "x".repeat(size));
    expect(isReadable(path, LIMIT)).toBe(expected);
  });

  it("does not count as readable if it is a named pipe, a folder or absent", () => {
    execFileSync("mkfifo", [path]);
    expect([path, folder, join(folder, "absent")].map((one) => isReadable(one, LIMIT))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it("is not read past the limit if it grows after docr has seen its size", () => {
    writeFileSync(path, "x");
    const check = (): undefined => {
      appendFileSync(path, "x".repeat(5000));
    };
    expect(outcomeOf(path, { check })).toBe("larger than 1 KiB");
  });

  it("may have no size, as the kernel's files", () => {
    expect(outcomeOf("/proc/self/comm")).toMatch(/^content .+/);
  });

  it("may be behind a link, unless the caller forbids that", () => {
    writeFileSync(path, "text");
    symlinkSync(path, join(folder, "link"));
    expect(outcomeOf(join(folder, "link"))).toBe("content text");
    expect(outcomeOf(join(folder, "link"), { noFollow: true })).toBe("ELOOP");
  });

  it("is not read if the caller objects to its owner or mode", () => {
    writeFileSync(path, "text", { mode: 0o644 });
    expect(outcomeOf(path, { check: requirePrivate })).toBe("others can read it");
    chmodSync(path, 0o600);
    expect(outcomeOf(path, { check: requirePrivate })).toBe("content text");
  });
});

describeUnless(explainWindows(), "a path without a regular file", () => {
  it("is absent if it does not exist, or if its parent is a file", () => {
    writeFileSync(path, "");
    const missing = [join(folder, "none"), join(folder, "none/none"), join(path, "none")];
    expect(missing.map((one) => [outcomeOf(one), isAbsent(one)])).toEqual(
      missing.map(() => ["absent", true]),
    );
  });

  it.each([
    [
      "a named pipe without a writer",
      (at: string) => execFileSync("mkfifo", [at]),
      "a named pipe, not a regular file",
    ],
    ["a directory", (at: string) => mkdirSync(at), "a directory, not a file"],
    ["an endless device", (at: string) => symlinkSync("/dev/zero", at), "a device, not a regular file"],
    ["an empty device", (at: string) => symlinkSync("/dev/null", at), "a device, not a regular file"],
    ["a terminal", (at: string) => symlinkSync("/dev/ptmx", at), "a device, not a regular file"],
    ["a link to itself", (at: string) => symlinkSync(at, at), "ELOOP"],
    ["a name that is too long", () => undefined, "ENAMETOOLONG"],
  ])("is unreadable at once: %s", (title, make, reason) => {
    const at = title.endsWith("too long") ? join(folder, "x".repeat(300)) : path;
    make(at);
    const started = performance.now();
    expect([outcomeOf(at), isAbsent(at)]).toEqual([reason, false]);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it("is unreadable if it is a socket", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(path, resolve));
    expect(outcomeOf(path)).toBe("not a regular file");
    await new Promise((resolve) => void server.close(resolve));
  });

  itUnless(explainRoot(), "is unreadable, and not absent, if this user may not read it or its folder", () => {
    writeFileSync(path, "", { mode: 0 });
    expect([outcomeOf(path), isAbsent(path)]).toEqual(["EACCES", false]);
    chmodSync(folder, 0);
    expect([outcomeOf(path), isAbsent(path)]).toEqual(["EACCES", false]);
    chmodSync(folder, 0o700);
  });
});

describe("a text that may be absent", () => {
  it("is returned, or undefined, or the caller's error", async () => {
    expect(readText()).toBe(undefined);
    writeFileSync(path, "täxt");
    expect(readText()).toBe("täxt");
    writeFileSync(path, "x".repeat(2000));
    expect(await failureOf(readText)).toEqual({
      code: "bad-setting",
      message: "unreadable: larger than 1 KiB",
    });
  });
});
