import { describe, expect, it } from "vitest";
import { createTerminal, type TerminalParts } from "../../../src/terminal/terminal.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";

function open(parts: Partial<TerminalParts> = {}) {
  const said: string[] = [];
  const terminal = createTerminal({
    isTerminal: () => true,
    columns: () => undefined,
    streams: () => {
      throw new Error("this test opens no streams");
    },
    readInput: async () => new Uint8Array(),
    writeStdout: (text) => void said.push(`stdout ${text}`),
    writeStderr: (text) => void said.push(text),
    wantsColours: () => true,
    ...parts,
  });
  return { terminal, said };
}

const piped = { isTerminal: () => false };
const input = (text: string): Partial<TerminalParts> => ({
  readInput: async () => Buffer.from(text, "latin1"),
});

describe("colours", () => {
  it("are for a terminal", () => {
    expect(open().terminal.paint("red", "no")).toBe("\u001b[31mno\u001b[39m");
  });

  it("are not for a pipe", () => {
    expect(open(piped).terminal.paint("red", "no")).toBe("no");
  });

  it("are not for those who want none", () => {
    expect(open({ wantsColours: () => false }).terminal.paint("red", "no")).toBe("no");
  });
});

describe("a question", () => {
  it.each([0, 2])("is not asked where descriptor %d is no terminal", async (fd) => {
    const { terminal } = open({ isTerminal: (one) => one !== fd });
    expect(terminal.canAsk).toBe(false);
    for (const how of ["ask", "askHidden", "confirm"] as const) {
      expect(await failureOf(() => terminal[how]("who?"))).toMatchObject({ code: "no-terminal" });
    }
  });

  it("may be asked while stdout goes into a file", () => {
    expect(open({ isTerminal: (fd) => fd !== 1 }).terminal.canAsk).toBe(true);
  });
});

describe("what is under way", () => {
  it("is not shown where stderr is no terminal", async () => {
    const { terminal, said } = open(piped);
    expect(await terminal.spin("working", async () => 7)).toBe(7);
    expect(said).toEqual([]);
  });
});

describe("what is known before the rest", () => {
  it("goes to stdout as it is", () => {
    const { terminal, said } = open(piped);
    terminal.print("one\n");
    expect(said).toEqual(["stdout one\n"]);
  });
});

describe("a remark", () => {
  it("is one line on stderr, whatever is in it", () => {
    const { terminal, said } = open();
    terminal.note("one\ntwo\u001b[31m");
    expect(said).toEqual(["docr: one two [31m\n"]);
  });
});

describe("a secret on stdin", () => {
  it.each([
    ["hunter2", "hunter2"],
    ["hunter2\n", "hunter2"],
    ["hunter2\r\n", "hunter2"],
    ["hunter2\n\n", "hunter2\n"],
    [" hunter2 ", " hunter2 "],
  ])("loses one final line break and nothing else: %j", async (text, secret) => {
    const { terminal } = open(input(text));
    expect((await terminal.readSecret()).reveal()).toBe(secret);
  });

  it.each(["", "\n"])("that is empty is an error: %j", async (text) => {
    expect(await failureOf(() => open(input(text)).terminal.readSecret())).toMatchObject({
      code: "input-missing",
    });
  });

  it("that is no text is an error", async () => {
    const failure = await failureOf(() => open(input("\xff\xfe")).terminal.readSecret());
    expect(failure).toMatchObject({ code: "input-not-text" });
  });
});
