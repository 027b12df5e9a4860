import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { listPrivateFolders } from "../../../src/system/private-places.ts";
import { describeUnless } from "../../support/lab/describe.ts";

const UID = process.getuid?.() ?? 0;

let base: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "docr-unit-"));
  for (const path of ["run/docr", `tmp/docr-${UID}`, "state/docr"])
    mkdirSync(join(base, path), { recursive: true, mode: 0o700 });
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

/** The folders of this test, as paths below its own. */
const list = (runtimeDir: string | undefined, stateHome: string | undefined): readonly string[] =>
  listPrivateFolders({
    runtimeDir,
    stateHome,
    temporaryDir: () => join(base, "tmp"),
    platform: "linux",
    uid: UID,
  })
    .map(({ path }) => path)
    .filter((path) => !path.startsWith("/dev/shm/") && !path.startsWith("/run/user/"))
    .map((path) => relative(base, path));

describeUnless(process.getuid ? undefined : "files have no owner here", "the private folders", () => {
  it("are those of the session, of the temporary directory and of the home, for a logout", () => {
    expect(list(join(base, "run"), join(base, "state"))).toEqual([
      "run/docr",
      `tmp/docr-${UID}`,
      "state/docr",
    ]);
    expect(list(undefined, undefined)).toEqual([`tmp/docr-${UID}`]);
  });

  it("are none below the current directory, where a relative XDG_RUNTIME_DIR would put them", () => {
    expect(list(relative(process.cwd(), join(base, "run")), undefined)).toEqual([`tmp/docr-${UID}`]);
  });
});
