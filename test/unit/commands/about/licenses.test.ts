import { describe, expect, it } from "vitest";
import { runCommand } from "../../../../src/cli/run-command.ts";
import { createCommandBench } from "../../../support/fakes/command-bench.ts";

describe("docr licenses", () => {
  it("prints the text that the build put into the executable", async () => {
    const { context } = createCommandBench({ about: { licenses: async () => "MIT\n" } });
    expect(await runCommand(["licenses"], context)).toMatchObject({ stdout: "MIT\n", exitCode: 0 });
  });

  it("fails when docr runs from source", async () => {
    const { context } = createCommandBench({});
    const { exitCode, stderr } = await runCommand(["licenses"], context);
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: expect.any(Number),
      stderr: expect.stringContaining("source"),
    });
    expect(exitCode).not.toBe(0);
  });
});
