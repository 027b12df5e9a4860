import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Environment } from "./run.ts";

/** A process that runs until it is told to stop. */
export interface Service {
  readonly pid: number;
  /** SIGTERM, and SIGKILL to what will not listen. Idempotent. */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  readonly env: Environment;
  /** File for everything that it prints. */
  readonly log: string;
  /** Written to its standard input, which is then closed. */
  readonly stdin?: string;
  /** Asked again and again until it says yes. */
  readonly isReady: () => Promise<boolean>;
  readonly timeoutSeconds?: number;
}

/** Starts it and waits until it is ready. Where it never is, it is stopped and its log is in the error. */
export async function startService(
  command: string,
  args: readonly string[],
  options: ServiceOptions,
): Promise<Service> {
  const log = openSync(options.log, "a", 0o600);
  const child = spawn(command, args, {
    env: options.env,
    stdio: [options.stdin === undefined ? "ignore" : "pipe", log, log],
  });
  closeSync(log);
  child.stdin?.end(options.stdin);
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      hasEnded = true;
      resolve();
    };
    child.once("exit", end);
    child.once("error", end);
  });
  const stop = async (): Promise<void> => {
    if (hasEnded) return;
    child.kill("SIGTERM");
    // A stopped process takes no SIGTERM until it goes on.
    child.kill("SIGCONT");
    const forced = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(forced);
  };
  const isUp = await waitUntil(options.isReady, options.timeoutSeconds ?? 20, () => hasEnded);
  if (isUp && child.pid !== undefined) return { pid: child.pid, stop };
  await stop();
  throw new Error(`${command} did not start: ${readFileSync(options.log, "utf8").slice(-600)}`);
}

/** Whether `check` said yes within the time, before `giveUp` did. */
export async function waitUntil(
  check: () => Promise<boolean>,
  timeoutSeconds: number,
  giveUp: () => boolean = () => false,
): Promise<boolean> {
  const until = performance.now() + timeoutSeconds * 1000;
  while (performance.now() < until && !giveUp()) {
    if (await check()) return true;
    await sleep(50);
  }
  return false;
}
