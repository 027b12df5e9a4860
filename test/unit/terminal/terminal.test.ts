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
    async showInPager(text) {
      said.push(`pager ${text}`);
      return true;
    },
    writeStdout: (text) => void said.push(`stdout ${text}`),
    writeStderr: (text) => void said.push(text),
    wantsColours: () => true,
    ...parts,
  });
  return { terminal, said };
}

const piped = { isTerminal: () => false };
const input = (text: string): Partial<TerminalParts> => ({
  ...piped,
  readInput: async () => Buffer.from(text, "latin1"),
});

describe("the width", () => {
  it("is the terminal's, or 80 if the terminal does not know it", () => {
    expect(open({ columns: () => 60 }).terminal).toMatchObject({ columns: 60, width: 60 });
    expect(open({ columns: () => 0 }).terminal).toMatchObject({ columns: 80, width: 80 });
  });

  it("of a pipe is unlimited for tables, and 80 for help", () => {
    expect(open(piped).terminal).toMatchObject({ columns: 80, width: undefined });
  });
});

describe("colours", () => {
  it("are used on a terminal", () => {
    expect(open().terminal.paint("red", "no")).toBe("\u001b[31mno\u001b[39m");
  });

  it("are not used on a pipe", () => {
    expect(open(piped).terminal.paint("red", "no")).toBe("no");
  });

  it("are not used if the user wants none", () => {
    expect(open({ wantsColours: () => false }).terminal.paint("red", "no")).toBe("no");
  });
});

describe("a prompt", () => {
  it.each([0, 2])("throws no-terminal if descriptor %d is not a terminal", async (fd) => {
    const { terminal } = open({ isTerminal: (one) => one !== fd });
    expect(terminal.canAsk).toBe(false);
    for (const how of ["ask", "askHidden", "confirm"] as const) {
      expect(await failureOf(() => terminal[how]("who?"))).toMatchObject({ code: "no-terminal" });
    }
  });

  it("names the option that answers without a prompt", async () => {
    const { terminal } = open(piped);
    await expect(terminal.confirm("sure?", "--yes")).rejects.toMatchObject({ hint: "add --yes" });
  });

  it("is possible while stdout is a file", () => {
    expect(open({ isTerminal: (fd) => fd !== 1 }).terminal.canAsk).toBe(true);
  });
});

describe("the spinner", () => {
  it("is not shown if stderr is not a terminal", async () => {
    const { terminal, said } = open(piped);
    expect(await terminal.spin("working", async () => 7)).toBe(7);
    expect(said).toEqual([]);
  });
});

describe("printing before the result", () => {
  it("writes to stdout unchanged", () => {
    const { terminal, said } = open(piped);
    terminal.print("one\n");
    expect(said).toEqual(["stdout one\n"]);
  });
});

describe("a long text", () => {
  it("is shown in the pager on a terminal", async () => {
    const { terminal, said } = open();
    await terminal.page("one\n");
    expect(said).toEqual(["pager one\n"]);
  });

  it("is printed where there is no pager, and in a pipe", async () => {
    for (const parts of [{ showInPager: async () => false }, piped]) {
      const { terminal, said } = open(parts);
      await terminal.page("one\n");
      expect(said).toEqual(["stdout one\n"]);
    }
  });
});

describe("a note", () => {
  it("is one line on stderr without control characters", () => {
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
  ])("loses one final line break only: %j", async (text, secret) => {
    const { terminal } = open(input(text));
    expect((await terminal.readSecret("the API token")).reveal()).toBe(secret);
  });

  it("from a terminal is asked for on stderr", async () => {
    const { terminal, said } = open({ ...input("hunter2\n"), isTerminal: (fd) => fd === 0 });
    await terminal.readSecret("the API token");
    expect(said).toEqual(["docr: waiting for the API token on stdin; end it with Enter and ctrl-D\n"]);
  });

  it("from a pipe is read in silence", async () => {
    const { terminal, said } = open(input("hunter2\n"));
    await terminal.readSecret("the API token");
    expect(said).toEqual([]);
  });

  it.each(["", "\n"])("throws input-missing if it is empty: %j", async (text) => {
    expect(await failureOf(() => open(input(text)).terminal.readSecret("the API token"))).toMatchObject({
      code: "input-missing",
    });
  });

  it("throws input-not-text if it is not UTF-8", async () => {
    const failure = await failureOf(() => open(input("\xff\xfe")).terminal.readSecret("the API token"));
    expect(failure).toMatchObject({ code: "input-not-text" });
  });
});
