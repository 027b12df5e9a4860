import { HelperError } from "../core/errors.ts";
import { Secret } from "../core/secret.ts";

/** The person's terminal, or the pipe in its place. Everything but `result` texts goes to stderr. */
export interface Terminal {
  /** Whether somebody can be asked: stdin and stderr are terminals. */
  readonly canAsk: boolean;
  /** Whether what is printed on stdout is read by a person. */
  readonly isStdoutTerminal: boolean;
  /** Columns for text on stdout: the terminal's, 80 elsewhere. */
  readonly columns: number;
  /** Marks text for the eye; the text itself where colours are not wanted. Only on what goes to stdout. */
  paint(style: Style, text: string): string;
  /** Asks without an echo. Throws `no-terminal` where nobody can be asked, `cancelled` on ctrl-C. */
  askHidden(question: string): Promise<Secret>;
  /** Asks, with an echo. Throws like `askHidden`. */
  ask(question: string): Promise<string>;
  /** A question of yes or no, no being the default. Throws like `askHidden`. */
  confirm(question: string): Promise<boolean>;
  /** Shows on a terminal's stderr that something is under way, and nothing elsewhere. */
  spin<T>(doing: string, work: () => Promise<T>): Promise<T>;
  /** Whole lines on stdout, at once: what is known before the rest of a result's text. Not under `--json`. */
  print(text: string): void;
  /** One line of remark on stderr, at once. */
  remark(text: string): void;
  /** All of stdin, for `--password-stdin`: UTF-8, one final line break dropped. Throws `input-missing` where it is empty. */
  readSecret(): Promise<Secret>;
}

export type Style = "bold" | "dim" | "green" | "yellow" | "red";

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
