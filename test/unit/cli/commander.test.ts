import { describe, expect, it } from "vitest";
import { parseArguments } from "../../../src/cli/commander.ts";
import { COMMANDS } from "../../../src/cli/commands.ts";

const parse = (...args: readonly string[]) =>
  parseArguments(args, { tree: COMMANDS, columns: 80, isHelper: false });

describe("an option before the command's name", () => {
  it.each([
    ["registry", "--no-color", "list", "--json"],
    ["registry", "--no-color", "ls", "--json"],
    ["context", "--no-color", "list", "--json"],
    ["config", "--no-color", "set", "access", "read-only", "--json"],
    ["-V", "doctor", "--json"],
  ])("does not hide the command's options: docr %s %s %s %s", (...args) => {
    expect(parse(...args)).toMatchObject({ wantsJson: true });
  });

  it("may be one of the group's own command", () => {
    const parsed = parse("kubelet", "--state-dir", "/x", "config", "--registry", "acme");
    expect(parsed).toMatchObject({ command: { name: "kubelet config" }, options: { registry: "acme" } });
  });

  it("leaves the command's help complete", () => {
    expect(parse("registry", "--no-color", "list", "--help")).toEqual(parse("registry", "list", "--help"));
  });
});
