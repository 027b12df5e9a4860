import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findPager, showInPager } from "../../../src/app/pager.ts";
import { describeUnless } from "../../support/lab/describe.ts";
import { explainWindows } from "../../support/lab/parts.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "docr-pager-"))));
afterEach(() => rmSync(folder, { recursive: true }));

function find(env: Readonly<Record<string, string>>, platform = "linux"): string | undefined {
  return findPager({ env: { PATH: folder, ...env }, platform, uid: 1000 });
}

describeUnless(explainWindows(), "the pager", () => {
  it("is PAGER, else less, else none", () => {
    expect(find({ PAGER: "most -s" })).toBe("most -s");
    expect(find({})).toBeUndefined();
    writeFileSync(join(folder, "less"), "");
    chmodSync(join(folder, "less"), 0o755);
    expect(find({})).toBe("less");
    expect(find({}, "win32")).toBeUndefined();
  });

  it.each(["", "cat"])("is none with PAGER=%j", (pager) => {
    expect(find({ PAGER: pager })).toBeUndefined();
  });

  it("gets the text, and leaves ctrl-C to itself meanwhile", async () => {
    const events: string[] = [];
    const host = {
      env: { PATH: "/usr/bin:/bin", LESS: "X" },
      ignoreInterrupts() {
        events.push("ignored");
        return () => void events.push("listened to again");
      },
    };
    const file = join(folder, "shown");
    expect(await showInPager(`cat > ${file}; echo "$LESS" >> ${file}`, "a manual\n", host)).toBe(true);
    expect(readFileSync(file, "utf8")).toBe("a manual\nX\n");
    expect(events).toEqual(["ignored", "listened to again"]);
  });

  it("that does not exist shows nothing", async () => {
    const host = { env: { PATH: "/usr/bin:/bin" }, ignoreInterrupts: () => () => undefined };
    expect(await showInPager("no-such-pager 2>/dev/null", "text", host)).toBe(false);
  });
});
