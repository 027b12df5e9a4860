/** What surrounds one request: plain data, so that a scenario can be kept as JSON. */
import type { FaultKind } from "../../../test/support/fakes/digitalocean-faults.ts";

export interface Scenario {
  readonly args: readonly string[];
  readonly stdin: string;
  /** Added to the world's environment. Null removes a variable. `SITE`, `TOKEN` and `API` stand for the world's own. */
  readonly env: Readonly<Record<string, string | null>>;
  readonly files: readonly PlacedFile[];
  /** Whether a `get` has filled the cache before. */
  readonly isCached: boolean;
  /** Changes to the private files after that. */
  readonly damage: readonly Damage[];
  readonly faults: readonly ApiFault[];
  readonly keychain: Keychain;
  /** How often the client sends the request again, to the launcher, as docker does. */
  readonly repeats: number;
}

/** What is at a path of the home. */
export interface PlacedFile {
  readonly path: string;
  readonly what: "text" | "pipe" | "folder" | "device" | "loop" | "large";
  readonly text: string;
  readonly mode: number;
}

export interface Damage {
  /** Which of the sorted files, counted around. */
  readonly file: number;
  readonly how: "cut" | "flip" | "remove" | "open" | "link" | "folder";
}

export interface ApiFault {
  readonly kind: FaultKind;
  readonly path: string;
  readonly status: number;
  readonly body: string;
  readonly times: number;
}

export interface Keychain {
  readonly state: "running" | "absent" | "no bus" | "silent" | "odd bytes";
  readonly items: readonly KeychainItem[];
  readonly habits: {
    readonly hasSession: boolean;
    readonly findsLocked: boolean;
    readonly changesByPrompt: boolean;
    readonly refusesPlain: boolean;
  };
  readonly second: "none" | "open" | "locked" | "silent" | "prompt";
}

export interface KeychainItem {
  readonly name: string;
  readonly value: string;
  readonly isInSecond: boolean;
}

/** Whether the value has a scenario's fields. The corpus contains only what the fuzzer printed. */
export function isScenario(value: unknown): value is Scenario {
  const names = ["args", "stdin", "env", "files", "isCached", "damage", "faults", "keychain", "repeats"];
  return typeof value === "object" && value !== null && names.every((name) => Object.hasOwn(value, name));
}
