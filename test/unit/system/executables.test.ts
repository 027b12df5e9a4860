import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findProgram, hasProgram } from "../../../src/system/executables.ts";

it("a program is an executable file on the PATH", () => {
  const home = mkdtempSync(join(tmpdir(), "docr-path-"));
  writeFileSync(join(home, "docker"), "");
  writeFileSync(join(home, "podman"), "", { mode: 0o755 });
  mkdirSync(join(home, "skopeo"));
  const machine = { env: { PATH: `:${home}/none:${home}` }, platform: "linux", uid: 1000 };
  expect(["docker", "podman", "skopeo"].map((name) => hasProgram(name, machine))).toEqual([
    false,
    true,
    false,
  ]);
  rmSync(home, { recursive: true });
});

it("the search continues after an entry that cannot be searched, and skips empty and relative entries", () => {
  const home = mkdtempSync(join(tmpdir(), "docr-path-"));
  writeFileSync(join(home, "tool"), "", { mode: 0o755 });
  symlinkSync("loop", join(home, "loop"));
  const bad = [
    `/${"x".repeat(300)}`,
    `${home}/loop`,
    `${home}/tool`,
    "",
    ".",
    "bin",
    "/proc/1/root",
    "\u0000",
  ];
  const machine = { env: { PATH: [...bad, home].join(":") }, platform: "linux", uid: 1000 };
  expect(findProgram("tool", machine)).toBe(join(home, "tool"));
  rmSync(home, { recursive: true });
});
