import { execFileSync } from "node:child_process";
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createTrace } from "../../../src/system/trace.ts";
import { describeUnless, itUnless } from "../../support/lab/describe.ts";
import { explainNotRoot, explainWindows } from "../../support/lab/parts.ts";

const ANN = 4711;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docr-trace-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Traces two events to the file. Returns what is on stderr. */
function traceTo(path: string, uid = process.getuid?.()): string {
  let stderr = "";
  const trace = createTrace(() => ({ path }), {
    pid: 1,
    uid,
    clock: () => ({ now: 0 }),
    monotonicNs: () => 0n,
    writeStderr: (text) => (stderr += text),
  });
  trace("first");
  trace("second");
  return stderr;
}

describeUnless(explainWindows(), "a trace to a file", () => {
  it("creates a private file and appends to it", () => {
    const path = join(folder, "log");
    expect([traceTo(path), traceTo(path)]).toEqual(["", ""]);
    expect(readFileSync(path, "utf8").match(/\n/g)).toHaveLength(4);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it.each([
    ["a link", (at: string) => symlinkSync(join(folder, "elsewhere"), at), "a link"],
    ["a named pipe without a reader", (at: string) => execFileSync("mkfifo", [at]), "not a regular file"],
    ["a device", () => undefined, "not a regular file"],
    ["a directory", (at: string) => mkdirSync(at), "EISDIR"],
    ["a file in a missing folder", () => undefined, "ENOENT"],
  ])("is refused once, with a line on stderr, if it is %s", (title, make, reason) => {
    const path = title.endsWith("device")
      ? "/dev/null"
      : join(folder, title.endsWith("folder") ? "no/log" : "log");
    make(path);
    expect(traceTo(path)).toBe(`docr: warning: the trace cannot be written to ${path} (${reason})\n`);
    expect(existsSync(join(folder, "elsewhere"))).toBe(false);
  });

  itUnless(explainNotRoot(), "is refused if another user owns the file, or a link on the way to it", () => {
    const path = join(folder, "log");
    writeFileSync(path, "");
    chownSync(path, ANN, ANN);
    expect(traceTo(path)).toMatch(/\(a file of another user\)\n$/);
    expect(readFileSync(path, "utf8")).toBe("");
    mkdirSync(join(folder, "home"));
    mkdirSync(join(folder, "roots"));
    execFileSync("ln", ["-s", "../roots", join(folder, "home/logs")]);
    execFileSync("chown", ["-hR", `${ANN}`, join(folder, "home")]);
    expect(traceTo(join(folder, "home/logs/log"))).toMatch(/\(behind another user's link\)\n$/);
    expect(existsSync(join(folder, "roots/log"))).toBe(false);
  });

  itUnless(explainNotRoot(), "that root starts in another user's folder can be continued by both", () => {
    const home = join(folder, "home");
    mkdirSync(home);
    chownSync(home, ANN, ANN);
    const path = join(home, "log");
    expect([traceTo(path), traceTo(path)]).toEqual(["", ""]);
    expect(statSync(path).uid).toBe(ANN);
  });
});
