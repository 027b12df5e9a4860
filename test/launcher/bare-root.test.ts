import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { HELPER_FLAG } from "../../src/response-cache/shared/helper-flag.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoLauncher, LAUNCHER } from "../support/lab/executable.ts";
import { explainMissing, explainNotRoot, explainRefusal } from "../support/lab/parts.ts";
import { cachedResponse, responseNameFor, responseWith } from "./cached-response.ts";
import { type Outcome, call } from "./call.ts";
import { HOST } from "./situation.ts";

const ENV = { HOME: "/home", XDG_RUNTIME_DIR: "/run", PATH: "/bin" };
/** The exit code of docr's stub. */
const RAN_DOCR = 7;

const reason =
  explainNoLauncher() ??
  explainNotRoot() ??
  explainMissing(["busybox", "chroot"]) ??
  explainRefusal("chroot", "chroot", ["/", "true"]);

describeUnless(reason, "the launcher in a root without a C library, /proc and /dev", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "docr-root-"));
    for (const name of ["bin", "home", "run", "run/docr", "else"])
      mkdirSync(join(root, name), { mode: 0o700 });
    copyFileSync(LAUNCHER, join(root, "bin/docker-credential-docr"));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const ask = (command: readonly string[], input: string): Promise<Outcome> =>
    call("/usr/sbin/chroot", { args: [root, ...command], input: Buffer.from(input), env: ENV });

  /** Writes a docr that prints its arguments, and the shell that runs it. */
  const putStub = (folder: string): void => {
    copyFileSync("/bin/busybox", join(root, "busybox"));
    const lines = ["#!/busybox sh", `echo "$@"`, `exit ${RAN_DOCR}`];
    writeFileSync(join(root, folder, "docr"), `${lines.join("\n")}\n`);
    chmodSync(join(root, folder, "docr"), 0o755);
  };

  it("responds from the response cache", async () => {
    const path = join(root, "run/docr", responseNameFor(ENV));
    writeFileSync(path, cachedResponse("cached"), { mode: 0o600 });
    const { ending, stdout, stderr } = await ask(["/bin/docker-credential-docr", "get"], HOST);
    expect([ending, stdout, stderr]).toEqual([0, responseWith("cached"), ""]);
  });

  it("becomes the docr in its own folder, called by its path or through the PATH", async () => {
    putStub("bin");
    const direct = await ask(["/bin/docker-credential-docr", "list"], "");
    expect([direct.ending, direct.stdout, direct.stderr]).toEqual([RAN_DOCR, `${HELPER_FLAG} list\n`, ""]);
    const found = await ask(["/busybox", "sh", "-c", "cd /else; docker-credential-docr list"], "");
    expect([found.ending, found.stdout, found.stderr]).toEqual([RAN_DOCR, `${HELPER_FLAG} list\n`, ""]);
  });

  it("refuses in one line if it was called by a relative path, and runs nothing from the current directory", async () => {
    putStub("bin");
    putStub("else");
    for (const script of [
      "cd /bin; ./docker-credential-docr list",
      "cd /else; ../bin/docker-credential-docr list",
    ]) {
      const { ending, stdout, stderr } = await ask(["/busybox", "sh", "-c", script], "");
      expect([ending, stderr]).toEqual([1, `docr: ${stdout}`]);
      expect(stdout).toMatch(/^docr cannot be found without \/proc; mount \/proc, or [^\n]+\n$/);
    }
  });

  it("reports in one line that docr is missing", async () => {
    const { ending, stdout, stderr } = await ask(["/bin/docker-credential-docr", "list"], "");
    expect([ending, stdout, stderr]).toEqual([
      1,
      "/bin/docr cannot be run; install it again\n",
      "docr: /bin/docr cannot be run; install it again\n",
    ]);
  });
});
