import type { RunHelper } from "../client-config/helper-client.ts";
import type { Clients } from "../client-config/resolve.ts";
import type { Files } from "../client-config/edit/files.ts";
import type { Environment, Machine } from "../core/machine.ts";
import type { HelperError } from "../core/errors.ts";
import type { Helper } from "../credentials/helper.ts";
import type { CommandDomain } from "./domain.ts";
import type { Network } from "../http/reach.ts";
import type { Registries } from "../oci/registries.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** All that a verb may use. What costs time to load is a function that loads it. */
export interface VerbPorts {
  readonly helper: Helper;
  readonly domain: CommandDomain;
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
