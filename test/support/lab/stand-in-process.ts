import { spawn } from "node:child_process";
import { join } from "node:path";
import type { RecordedCall, StandInOptions } from "../fakes/digitalocean-api.ts";
import type { MintedView } from "../fakes/digitalocean-control.ts";
import type { Fault } from "../fakes/digitalocean-faults.ts";

/** The API stand-in in a separate process, so that it does not slow down a measurement. */
export interface StandInProcess {
  readonly url: string;
  readonly pid: number;
  addToken(scopes?: readonly string[]): Promise<string>;
  addFaults(...faults: readonly Fault[]): Promise<void>;
  calls(): Promise<readonly RecordedCall[]>;
  minted(): Promise<readonly MintedView[]>;
  /** Clears the calls and the faults. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

const ENTRY = join(import.meta.dirname, "..", "fakes", "digitalocean-process.ts");

export async function startStandInProcess(options: StandInOptions = {}): Promise<StandInProcess> {
  const child = spawn(process.execPath, [ENTRY, JSON.stringify(options)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const started = await new Promise<Started>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the stand-in ended with ${code} before it listened`)));
    child.stdout.once("data", (line: Buffer) => resolve(JSON.parse(line.toString())));
  });
  const order = async <T>(method: "GET" | "POST", path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${started.control}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`the stand-in answered ${path} with ${answer.status}`);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the other end is fakes/digitalocean-process.ts
    return (await answer.json()) as T;
  };
  return {
    url: started.url,
    pid: child.pid ?? 0,
    addToken: async (scopes) => (await order<{ token: string }>("POST", "/tokens", { scopes })).token,
    addFaults: (...faults) => order("POST", "/faults", faults),
    calls: () => order("GET", "/calls"),
    minted: () => order("GET", "/minted"),
    reset: () => order("POST", "/reset"),
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

interface Started {
  readonly url: string;
  readonly control: string;
}
