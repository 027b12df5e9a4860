import { styleText } from "node:util";
import { HelperError } from "../core/errors.ts";
import type { Streams } from "./streams.ts";
import { Secret } from "../core/secret.ts";
import { stderrLine } from "../core/text.ts";

/** The user's terminal, or pipes. Prompts, progress and notes go to stderr. */
export interface Terminal {
  /** Whether prompts are possible: stdin and stderr are terminals. */
  readonly canAsk: boolean;
  /** The width of text on stdout, in columns: the terminal's, or 80 for a pipe. */
  readonly columns: number;
  /** The terminal's width, which tables must fit. Undefined for a pipe, because its reader needs every cell. */
  readonly width: number | undefined;
  /** Styles text for stdout. Returns it unchanged if stdout is a pipe, or if the user wants no colours. */
  paint(style: Style, text: string): string;
  /**
   * Asks without an echo. Throws `cancelled` on ctrl-C, and `no-terminal` if prompts are impossible. The hint then names the
   * `option` that answers without a prompt (`--password-stdin`).
   */
  askHidden(question: string, option?: string): Promise<Secret>;
  /** Asks for text. Throws like `askHidden`. */
  ask(question: string, option?: string): Promise<string>;
  /** Asks for yes or no; the default is no. Throws like `askHidden`. */
  confirm(question: string, option?: string): Promise<boolean>;
  /** Shows a spinner on stderr during the work, if stderr is a terminal. */
  spin<T>(label: string, work: () => Promise<T>): Promise<T>;
  /** Prints whole lines on stdout immediately, before the command's result. Do not use it with `--json`. */
  print(text: string): void;
  /** Shows a long text on stdout: in the user's pager if stdout is a terminal. */
  page(text: string): Promise<void>;
  /** Prints one line of information on stderr immediately. It is not a warning. */
  note(text: string): void;
  /**
   * All of stdin as UTF-8, without one final line break. If stdin is a terminal, first says on stderr that it waits for the
   * secret, which `what` names ("the API token"). Throws `input-missing` if stdin is empty.
   */
  readSecret(what: string): Promise<Secret>;
}

export type Style = "bold" | "green" | "yellow" | "red";

/** What the terminal needs from the process. */
export interface TerminalParts {
  isTerminal(fd: 0 | 1 | 2): boolean;
  /** Returns the width of the terminal on stdout, or undefined for a pipe. */
  columns(): number | undefined;
  /** Called only for prompts and the spinner. */
  streams(): Streams;
  readInput(): Promise<Uint8Array>;
  /** Resolves when the user leaves the pager; to false if there is none. */
  showInPager(text: string): Promise<boolean>;
  /** Like `writeStderr`, writes whole lines immediately. */
  writeStdout(text: string): void;
  writeStderr(text: string): void;
  /** Whether NO_COLOR, TERM and `--no-color` permit colours. */
  wantsColours(): boolean;
}

/** Tells a user at a terminal that docr waits for input. */
export function waitingFor(what: string): string {
  return `waiting for ${what} on stdin; end it with Enter and ctrl-D`;
}

const USUAL_COLUMNS = 80;

export function createTerminal(parts: TerminalParts): Terminal {
  const canAsk = parts.isTerminal(0) && parts.isTerminal(2);
  const isStdoutTerminal = parts.isTerminal(1);
  // Some pseudo-terminals report 0.
  const width = isStdoutTerminal ? parts.columns() || USUAL_COLUMNS : undefined;
  const open = async (question: string, option: string | undefined) => {
    if (!canAsk) {
      throw new HelperError("no-terminal", `there is no terminal to ask: ${question}`, {
        ...(option !== undefined && { hint: `add ${option}` }),
      });
    }
    return (await import("./prompts.ts")).createPrompts(parts.streams());
  };
  return {
    canAsk,
    columns: width ?? USUAL_COLUMNS,
    width,
    paint(style, text) {
      // Turn off Node's own check of the stream: it does not know `--no-color`.
      return isStdoutTerminal && parts.wantsColours()
        ? styleText(style, text, { validateStream: false })
        : text;
    },
    askHidden: async (question, option) => (await open(question, option)).askHidden(question),
    ask: async (question, option) => (await open(question, option)).ask(question),
    confirm: async (question, option) => (await open(question, option)).confirm(question),
    async spin(label, work) {
      if (!parts.isTerminal(2)) return work();
      const { createPrompts } = await import("./prompts.ts");
      const stop = createPrompts(parts.streams()).spin(label);
      try {
        return await work();
      } finally {
        stop();
      }
    },
    print: (text) => parts.writeStdout(text),
    async page(text) {
      if (!(isStdoutTerminal && (await parts.showInPager(text)))) parts.writeStdout(text);
    },
    note: (text) => parts.writeStderr(stderrLine(text)),
    async readSecret(what) {
      if (parts.isTerminal(0)) parts.writeStderr(stderrLine(waitingFor(what)));
      const text = textOf(await parts.readInput()).replace(/\r?\n$/, "");
      if (text !== "") return new Secret(text);
      throw new HelperError("input-missing", "stdin is empty", { hint: `pass ${what} on stdin` });
    },
  };
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new HelperError("input-not-text", "stdin is not UTF-8 text");
  }
}
