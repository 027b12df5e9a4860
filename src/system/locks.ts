import { closeSync, constants, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { HelperError } from "../core/errors.ts";
import { isErrorCode } from "../core/error-catalog.ts";
import type { Turn, Turns } from "../credentials/ports.ts";
import type { SecretStore } from "../core/secret-store.ts";
import { Secret } from "../core/secret.ts";
import { makePrivateFolder } from "./private-folder.ts";

/** Between two looks at a turn that somebody else has, in milliseconds, with as much again by chance. */
const POLL_MS = 10;
const SQLITE_BUSY = 5;

export interface TurnsOptions {
  readonly folder: string;
  readonly uid: number | undefined;
  /** Where failures are shared. */
  readonly notes: SecretStore;
  /** Milliseconds on a clock that all processes of this machine share and nobody can set. */
  readonly monotonic: () => number;
}

/**
 * Turns as SQLite's exclusive lock on an empty database: an OS lock, which ends with its process however that ends,
 * on every platform. Node has none of its own, and lock files with a heartbeat (proper-lockfile) hold up the next for
 * at least 2 s after a crash.
 */
export function createTurns(options: TurnsOptions): Turns {
  const { folder, uid, notes, monotonic } = options;
  return {
    async take(name, patienceMs) {
      const since = monotonic();
      const database = makePrivateFolder(folder, uid) ? open(`${folder}/turn-${name}`) : undefined;
      if (!database) return undefined;
      let hasWaited = false;
      for (;;) {
        const attempt = lock(database);
        if (attempt === "taken") break;
        if (attempt === "impossible" || monotonic() - since > patienceMs) {
          database.close();
          return undefined;
        }
        hasWaited = true;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS * (1 + Math.random())));
      }
      return createTurn(
        database,
        hasWaited ? await readFailure(options, name, since) : undefined,
        async (failure) => {
          const note = JSON.stringify({ at: monotonic(), code: failure.code, message: failure.message });
          // Best effort: without it, the next one asks the API itself.
          await notes.write(noteName(name), new Secret(note)).catch(() => undefined);
        },
      );
    },
  };
}

function createTurn(
  database: DatabaseSync,
  failure: HelperError | undefined,
  shareFailure: (failure: HelperError) => Promise<void>,
): Turn {
  return { failure, shareFailure, end: () => database.close() };
}

function open(path: string): DatabaseSync | undefined {
  try {
    // SQLite would make it with the umask's mode, and follow a symlink.
    const { O_CREAT, O_RDWR, O_NOFOLLOW } = constants;
    closeSync(openSync(path, O_CREAT | O_RDWR | O_NOFOLLOW, 0o600));
    return new DatabaseSync(path, { timeout: 0 });
  } catch {
    return undefined;
  }
}

function lock(database: DatabaseSync): "taken" | "busy" | "impossible" {
  try {
    database.exec("BEGIN EXCLUSIVE");
    return "taken";
  } catch (error) {
    const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : undefined;
    return code === SQLITE_BUSY ? "busy" : "impossible";
  }
}

function noteName(name: string): string {
  return `failure-${name}`;
}

/** The failure that ended somebody's turn after `since`. */
async function readFailure(
  { notes, monotonic }: TurnsOptions,
  name: string,
  since: number,
): Promise<HelperError | undefined> {
  const note = await notes.read(noteName(name));
  let fields: unknown;
  try {
    fields = JSON.parse(note?.reveal() ?? "");
  } catch {
    return undefined;
  }
  if (typeof fields !== "object" || fields === null) return undefined;
  const { at, code, message }: { at?: unknown; code?: unknown; message?: unknown } = fields;
  if (typeof at !== "number" || at < since || at > monotonic()) return undefined;
  return isErrorCode(code) && typeof message === "string" ? new HelperError(code, message) : undefined;
}
