/** What the verbs for people stand on, beside the domain's own ports. */
import type { RunHelper } from "../client-config/helper-client.ts";
import type { Clients } from "../client-config/resolve.ts";
import type { Files } from "../client-config/edit/files.ts";
import type { Environment, Machine } from "../core/machine.ts";
import type { HelperError } from "../core/errors.ts";
import type { Helper } from "../credentials/helper.ts";
import type { HelperPorts } from "../credentials/ports.ts";
import type { Network } from "../http/reach.ts";
import type { Registries } from "../oci/registries.ts";
import type { Secret } from "../core/secret.ts";

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

/** All that a verb may use. What costs time to load is a function that loads it. */
export interface VerbPorts {
  readonly helper: Helper;
  readonly domain: HelperPorts;
  readonly machine: Machine;
  readonly env: Environment;
  readonly terminal: Terminal;
  /** Of this program. */
  readonly version: string;
  clients(): Promise<Clients>;
  files(): Promise<Files>;
  registries(): Promise<Registries>;
  network(): Promise<Network>;
  /** What to do next about a failure; undefined where its message says all. */
  hintOf(failure: HelperError): string | undefined;
  readonly runHelper: RunHelper;
}

/** What a verb came to. */
export interface Result {
  /** For a person; whole lines, or empty. */
  readonly text: string;
  /** For `--json`; undefined for a verb that shows nothing. Field names are camelCase, moments ISO 8601, lengths of time in seconds. */
  readonly json?: unknown;
  /** 0 unless told. */
  readonly exitCode?: number;
}
