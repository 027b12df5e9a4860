import type { Failure } from "./failures.ts";

/**
 * How a plan ended. "found": there are values. "none": certainly no such item. "done": the change is made. "no-default": there is
 * no collection for a new item. "unsupported": the daemon refuses unencrypted sessions. "silent": the driver's deadline passed.
 * "missing": there is no bus, or no Secret Service. "needs-turn": nothing was asked, because one process at a time may change this daemon.
 */
export type OutcomeState =
  | "found"
  | "none"
  | "done"
  | "no-default"
  | "unsupported"
  | "silent"
  | "needs-turn"
  | Failure;

export class SecretsOutcome {
  state: OutcomeState = "failed";
  /** The name of the D-Bus error. "" if there was none. */
  error = "";
  /** The daemon's own text of the error: one line, bounded. It depends on the locale. */
  text = "";
  /** "silent" only: whether a prompt was open. */
  wasPrompting = false;
  /** The last change first. */
  values: StoredValue[] = [];
  /** The number of matching items that are locked. */
  lockedItems = 0;
  /** Object paths. */
  lockedCollections: string[] = [];
  /** The number of these whose items a search does not find, so that it is unknown whether there are any. */
  hiddenCollections = 0;
  /** The number of items that the plan changed, created and erased. */
  changed = 0;
  created = 0;
  erased = 0;
}

export class StoredValue {
  /** The item's object path. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** The attribute `account`. "" if the plan did not need it. */
  account = "";
  /** Seconds since the epoch. 0 if the plan did not need it: there is one item of this name. */
  modified = 0;

  constructor(path: string, bytes: Uint8Array) {
    this.path = path;
    this.bytes = bytes;
  }
}
