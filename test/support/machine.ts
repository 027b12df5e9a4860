import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createStandIn, type StandIn, type StandInOptions } from "./fakes/digitalocean-api.ts";
import type { Environment, Outcome } from "./lab/run.ts";
import { readTrace, secretOf, type TraceLine } from "./requests.ts";

/** One user of one machine: a home, a runtime directory, and DigitalOcean's API on loopback. Two machines share nothing. */
export interface Machine {
  readonly folder: string;
  readonly home: string;
  /** docr's private files in the runtime directory. */
  readonly privateFolder: string;
  readonly standIn: StandIn;
  /** An API token with every scope. */
  readonly token: string;
  /** The home, the runtime directory, and the API's address. */
  readonly env: Environment;
  /** The number of the credential that a `get` returned. Undefined if the stand-in did not mint it. */
  readonly idOf: (outcome: Outcome) => number | undefined;
  /** Makes docr trace to a file of this machine. */
  readonly traced: Environment;
  /** The lines of that file. */
  readonly trace: () => readonly TraceLine[];
  readonly close: () => Promise<void>;
}

export async function createMachine(options: StandInOptions): Promise<Machine> {
  const folder = mkdtempSync(join(tmpdir(), "docr-m-"));
  const home = join(folder, "home");
  const runtime = join(folder, "run");
  for (const path of [home, runtime]) mkdirSync(path, { mode: 0o700 });
  const standIn = await createStandIn(options);
  const log = join(folder, "trace.jsonl");
  return {
    folder,
    home,
    privateFolder: join(runtime, "docr"),
    standIn,
    token: standIn.account.addToken(),
    env: {
      HOME: home,
      XDG_RUNTIME_DIR: runtime,
      DIGITALOCEAN_API_URL: standIn.url,
      DIGITALOCEAN_OAUTH_URL: standIn.url,
    },
    idOf: (outcome) => standIn.account.findMinted(secretOf(outcome))?.id,
    traced: { DOCR_LOG: log },
    trace: () => (existsSync(log) ? readTrace(readFileSync(log, "utf8")) : []),
    async close() {
      await standIn.close();
      // A background process may be writing its last file.
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** A test on a machine of its own, which is closed at the end. */
export function withMachine<M extends Pick<Machine, "close">>(
  create: () => Promise<M>,
  body: (machine: M) => Promise<void>,
): () => Promise<void> {
  return async () => {
    const machine = await create();
    try {
      await body(machine);
    } finally {
      await machine.close();
    }
  };
}
