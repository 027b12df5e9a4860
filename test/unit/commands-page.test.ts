import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readRecordings, renderCommandsPage } from "../../scripts/docs/commands-page.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { descriptionOf, optionsIn, usageOf } from "../../src/cli/option-flags.ts";
import { runCommand } from "../../src/cli/run-command.ts";
import { commandsIn } from "../../src/commands/command.ts";
import { createCommandBench } from "../support/fakes/command-bench.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../docs/commands.md"), "utf8");
const LEAVES = COMMANDS.flatMap(commandsIn);

/** On a terminal that is wide enough for every line. */
async function helpOf(name: string): Promise<string> {
  const { context } = createCommandBench();
  const terminal = { ...context.terminal, columns: 1000 };
  const { stdout } = await runCommand([...name.split(" "), "--help"], { ...context, terminal });
  return stdout;
}

describe("docs/commands.md", () => {
  it("is what scripts/docs.ts generates from the definitions and the recorded output", () => {
    expect(PAGE).toBe(renderCommandsPage(COMMANDS, readRecordings(PAGE)));
  });

  it("has output of every command", () => {
    const recordings = readRecordings(PAGE);
    expect(LEAVES.map(({ name }) => name).filter((name) => !recordings.has(name))).toEqual([]);
  });

  it("contains no API token", () => {
    expect(PAGE).not.toMatch(/dop_v1_/);
  });
});

describe("a command's help", () => {
  it.each(LEAVES)("has the texts of its section: docr $name", async (command) => {
    const help = await helpOf(command.name);
    expect(help).toContain(`\n${command.summary}\n`);
    for (const [name, option] of Object.entries(optionsIn(command))) {
      expect(help).toMatch(new RegExp(`^  ${RegExp.escape(usageOf(name, option))} +\\S`, "m"));
      expect(help).toContain(`  ${descriptionOf(option)}\n`);
    }
    for (const example of command.examples) expect(help).toContain(`\n  $ ${example}\n`);
  });
});
