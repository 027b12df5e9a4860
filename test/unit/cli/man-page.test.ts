import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ENVIRONMENT } from "../../../src/cli/man-page.ts";
import { runVerb } from "../../../src/cli/commander.ts";
import { createVerbBench } from "../../support/fakes/verb-bench.ts";

const README = readFileSync(join(import.meta.dirname, "../../../README.md"), "utf8");

async function page(): Promise<string> {
  const { stdout } = await runVerb(createVerbBench().verbs, ["man"]);
  return stdout;
}

describe("the manual page", () => {
  it("names the program and its version", async () => {
    expect(await page()).toMatch(/^\.TH DOCR 1 "" "docker\\-credential\\-docr 1\.2\.3"/);
  });

  it("has a section for each verb, with its options and examples", async () => {
    const text = await page();
    expect(text).toContain("\n.SS docr prune [options]\n");
    expect(text).toContain("\n.B \\-\\-json\n");
    expect(text).toContain("$ docr prune\n");
  });

  it("has every line within roff's rules", async () => {
    const requests = (await page()).split("\n").filter((line) => line.startsWith("."));
    expect(requests.filter((line) => !/^\.(?:TH|SH|SS|TP|PP|B|BR|br|nf|fi)\b/.test(line))).toEqual([]);
  });

  it("names variables that README.md has", () => {
    const names = Object.keys(ENVIRONMENT).filter((name) => !README.includes(`\`${name}\``));
    expect(names).toEqual([]);
  });

  it("names every variable of ours that README.md has", () => {
    const rows = Array.from(
      README.matchAll(/^\| `((?:DOCR|DIGITALOCEAN)_[A-Z_]+)`/gm),
      ([, name = ""]) => name,
    );
    const missing = rows.filter((name) => !(name in ENVIRONMENT));
    // Not a person's to set.
    expect(missing).toEqual(["DOCR_BESIDE"]);
  });
});
