import { HelperError } from "../core/errors.ts";
import { Secret } from "../core/secret.ts";
import type { Style, Terminal } from "../commands/ports.ts";

/** What the process gives of its terminal. */
export interface TerminalParts {
  isTerminal(fd: 0 | 1 | 2): boolean;
  /** Of the terminal on stdout; undefined where there is none. */
  columns(): number | undefined;
  /** The streams to ask on; opened only to ask. */
  streams(): Streams;
  readInput(): Promise<Uint8Array>;
  /** Whole lines, at once. */
  writeStdout(text: string): void;
  writeStderr(text: string): void;
  /** Whether colours are wanted: NO_COLOR, TERM and --no-color say. */
  isColourful(): boolean;
}

export interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stderr: NodeJS.WriteStream;
  /** What puts the terminal back when the person, or a signal, ends the process. Returns what takes it back. */
  readonly onInterrupt: (restore: () => void) => () => void;
}

/** SGR parameters (ECMA-48): begin and end. */
const STYLES: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  green: [32, 39],
  yellow: [33, 39],
  red: [31, 39],
};

const PIPED_COLUMNS = 80;

export function createTerminal(parts: TerminalParts): Terminal {
  const canAsk = parts.isTerminal(0) && parts.isTerminal(2);
  const isStdoutTerminal = parts.isTerminal(1);
  const open = async (question: string) => {
    if (!canAsk) {
      throw new HelperError("no-terminal", `there is no terminal here to ask on: ${question}`);
    }
    return (await import("./prompts.ts")).createPrompts(parts.streams());
  };
  return {
    canAsk,
    isStdoutTerminal,
    columns: (isStdoutTerminal ? parts.columns() : undefined) ?? PIPED_COLUMNS,
    paint(style, text) {
      if (!isStdoutTerminal || !parts.isColourful()) return text;
      const [begin, end] = STYLES[style];
      return `\u001b[${begin}m${text}\u001b[${end}m`;
    },
    askHidden: async (question) => (await open(question)).askHidden(question),
    ask: async (question) => (await open(question)).ask(question),
    confirm: async (question) => (await open(question)).confirm(question),
    async spin(doing, work) {
      if (!parts.isTerminal(2)) return work();
      const { createPrompts } = await import("./prompts.ts");
      const stop = createPrompts(parts.streams()).spin(doing);
      try {
        return await work();
      } finally {
        stop();
      }
    },
    print: (text) => parts.writeStdout(text),
    remark: (text) => parts.writeStderr(`docr: ${text.replace(/[\u0000-\u001f\u007f]+/g, " ")}\n`),
    async readSecret() {
      const bytes = await parts.readInput();
      let text: string;
      try {
        text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      } catch {
        throw new HelperError("input-not-text", "stdin is not UTF-8 text");
      }
      const secret = text.replace(/\r?\n$/, "");
      if (secret === "")
        throw new HelperError("input-missing", "stdin is empty", { hint: "send the secret on stdin" });
      return new Secret(secret);
    },
  };
}
