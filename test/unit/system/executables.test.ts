import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { hasProgram } from "../../../src/system/executables.ts";

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
