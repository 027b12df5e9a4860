import type { Command } from "commander";
import type { Result, VerbPorts } from "./ports.ts";

/** What a verb's file is given to put the verb into the program. */
export interface Frame {
  readonly ports: VerbPorts;
  /**
   * A verb under `parent`, named as commander has it (`check <image>`). `json: false` for one that shows nothing a script
   * could want.
   */
  command(parent: Command, name: string, description: string, options?: { readonly json: boolean }): Command;
  /** What the verb came to. Each action calls it once. */
  finish(result: Result): void;
}

/** The last part of a verb's help. */
export function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}\n`).join("")}`;
}
