import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ENVIRONMENT } from "../../../src/cli/environment.ts";
import { runCommand } from "../../../src/cli/run-command.ts";
import { createCommandBench } from "../../support/fakes/command-bench.ts";

const CONFIGURATION = readFileSync(join(import.meta.dirname, "../../../docs/configuration.md"), "utf8");

async function page(): Promise<string> {
  const { stdout } = await runCommand(["man"], createCommandBench().context);
  return stdout;
}

describe("the manual page", () => {
  it("names the program and its version", async () => {
    expect(await page()).toMatch(/^\.TH DOCR 1 "" "docker\\-credential\\-docr 1\.2\.3"/);
  });

  it("has a section for each command, with its options and examples", async () => {
    const text = await page();
    expect(text).toContain("\n.SS docr prune [options]\n");
    expect(text).toContain("\n.B \\-\\-json\n");
    expect(text).toContain("$ docr prune\n");
  });

  it("is text for a terminal, in its pager", async () => {
    const bench = createCommandBench({ width: 60 });
    expect((await runCommand(["man"], bench.context)).stdout).toBe("");
    const text = bench.printed.join("");
    expect(text).toMatch(/^NAME\n {7}docr, docker-credential-docr - credential helper/);
    expect(text).toContain("\n   docr prune [options]\n       Revoke superseded");
    expect(text).toContain("\n       --json\n              Print the result as JSON\n");
    expect(text).toContain("\n         $ docr prune\n");
    expect(text).not.toMatch(/\\|^\./m);
    const wrapped = text
      .split("\n")
      .filter((line) => !line.trimStart().startsWith("$") && !line.includes("[options]"));
    expect(wrapped.filter((line) => line.length > 80)).toEqual([]);
  });

  it("uses only roff requests that it needs", async () => {
    const requests = (await page()).split("\n").filter((line) => line.startsWith("."));
    expect(requests.filter((line) => !/^\.(?:TH|SH|SS|TP|PP|B|BR|br|nf|fi)\b/.test(line))).toEqual([]);
  });

  it("names only variables that docs/configuration.md describes", () => {
    const names = Object.keys(ENVIRONMENT).filter((name) => !CONFIGURATION.includes(`\`${name}\``));
    expect(names).toEqual([]);
  });

  it("names every variable of docr that docs/configuration.md describes", () => {
    const rows = Array.from(
      CONFIGURATION.matchAll(/^\| `((?:DOCR|DIGITALOCEAN)_[A-Z_]+)`/gm),
      ([, name = ""]) => name,
    );
    const missing = rows.filter((name) => !(name in ENVIRONMENT));
    // Set by docr, never by the user.
    expect(missing).toEqual(["DOCR_BESIDE", "DOCR_HELD"]);
  });
});
