import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Environment } from "./run.ts";

/** A process that runs until `stop`. */
export interface Service {
  readonly pid: number;
  /** Sends SIGTERM, and SIGKILL after 10 s. Idempotent. */
  stop(): Promise<void>;
  /** Sends SIGKILL. Idempotent. */
  kill(): Promise<void>;
  /** Suspends the process, or lets it continue. */
  pause(): void;
  resume(): void;
}

export interface ServiceOptions {
  readonly env: Environment;
  /** The file for its output. */
  readonly log: string;
  /** Standard input. */
  readonly stdin?: string;
  /** Called until it returns true. */
  readonly isReady: () => Promise<boolean>;
  readonly timeoutSeconds?: number;
}

/** Starts a process and waits until it is ready. If it does not become ready, stops it and throws an error with its log. */
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
    // A suspended process handles SIGTERM only after SIGCONT.
    child.kill("SIGCONT");
    const forced = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(forced);
  };
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  const isUp = await waitUntil(options.isReady, options.timeoutSeconds ?? 20, () => hasEnded);
  if (isUp && child.pid !== undefined) {
    const pause = (): void => void child.kill("SIGSTOP");
    const resume = (): void => void child.kill("SIGCONT");
    return { pid: child.pid, stop, kill, pause, resume };
  }
  await stop();
  throw new Error(`${command} did not start: ${readFileSync(options.log, "utf8").slice(-600)}`);
}

/** Returns whether `check` returned true within the time, and before `giveUp` did. */
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
