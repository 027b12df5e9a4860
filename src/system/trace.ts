import { appendFileSync } from "node:fs";
import type { ProgramSettings } from "../config/general.ts";
import type { Trace } from "../core/reporter.ts";

export interface TraceOptions {
  readonly pid: number;
  readonly clock: () => { readonly now: number };
  readonly monotonicNs: () => bigint;
  readonly writeStderr: (text: string) => void;
}

/**
 * DOCR_LOG: one JSON line for each decision, to stderr or appended to a file of this user's own. Times are
 * milliseconds: `at` since this process began to trace. A log that cannot be written is no reason to fail.
 */
export function createTrace(target: () => ProgramSettings["log"], options: TraceOptions): Trace {
  const started = options.monotonicNs();
  return (event, details = {}) => {
    const log = target();
    if (log === undefined) return;
    const at = Number((options.monotonicNs() - started) / 10_000n) / 100;
    const time = new Date(options.clock().now).toISOString();
    const line = `${JSON.stringify({ time, pid: options.pid, at, event, ...details })}\n`;
    if (log === "stderr") {
      options.writeStderr(line);
      return;
    }
    try {
      appendFileSync(log.path, line, { mode: 0o600 });
    } catch {
      // Said once for all of them would still be said at each pull.
    }
  };
}
