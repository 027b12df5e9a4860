import { appendFileSync } from "node:fs";
import { once } from "../core/once.ts";
import type { Trace, TraceTarget } from "../core/reporter.ts";

export interface TraceOptions {
  readonly pid: number;
  readonly clock: () => { readonly now: number };
  readonly monotonicNs: () => bigint;
  readonly writeStderr: (text: string) => void;
}

/**
 * Writes one JSON line per event to stderr, or appends it to a file that only this user can read (0600). `at` is the time since
 * this process began to trace, in milliseconds. Never throws: if `target` rejects a setting, the request itself reports that.
 */
export function createTrace(target: () => TraceTarget | undefined, options: TraceOptions): Trace {
  const started = options.monotonicNs();
  const readTarget = once(() => {
    try {
      return target();
    } catch {
      return undefined;
    }
  });
  return (event, details = {}) => {
    const destination = readTarget();
    if (destination === undefined) return;
    const at = Number((options.monotonicNs() - started) / 10_000n) / 100;
    const time = new Date(options.clock().now).toISOString();
    const line = `${JSON.stringify({ time, pid: options.pid, at, event, ...details })}\n`;
    if (destination === "stderr") {
      options.writeStderr(line);
      return;
    }
    try {
      appendFileSync(destination.path, line, { mode: 0o600 });
    } catch {
      // A pull must not fail because of the trace, and a warning would appear at every pull.
    }
  };
}
