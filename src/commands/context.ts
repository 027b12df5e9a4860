import type { Terminal, VerbPorts } from "./ports.ts";

/** What commands may use. Each getter loads what it needs at its first use; a command names those that it gets (`needs`). */
export interface CommandContext {
  /** docr's version. */
  readonly version: string;
  readonly terminal: Terminal;
  /** Everything at once, for the commands that do not name their parts yet. */
  readonly legacy: VerbPorts;
}
