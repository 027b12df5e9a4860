import { once } from "../core/once.ts";
import { stderrLine } from "../core/text.ts";
import type { Trace, TraceTarget } from "../core/reporter.ts";
import { appendToOwnFile } from "./own-file.ts";

export interface TraceOptions {
  readonly pid: number;
  /** Undefined if files have no owner (Windows). */
  readonly uid: number | undefined;
  readonly clock: () => { readonly now: number };
  readonly monotonicNs: () => bigint;
  readonly writeStderr: (text: string) => void;
}

/**
 * Writes one JSON line per event to stderr, or appends it to a file of this user's own; a new one has mode 0600. `at` is the time
 * since this process began to trace, in milliseconds. If the file cannot be written, says so once on stderr and traces no more. Never
 * throws: if `target` rejects a setting, the request itself reports that.
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
  let hasFailed = false;
  return (event, details = {}) => {
    const destination = readTarget();
    if (destination === undefined || hasFailed) return;
    const at = Number((options.monotonicNs() - started) / 10_000n) / 100;
    const time = new Date(options.clock().now).toISOString();
    const line = `${JSON.stringify({ time, pid: options.pid, at, event, ...details })}\n`;
    if (destination === "stderr") {
      options.writeStderr(line);
      return;
    }
    const failure = appendToOwnFile(destination.path, line, options.uid);
    if (failure === undefined) return;
    // A pull must not fail because of the trace.
    hasFailed = true;
    options.writeStderr(
      stderrLine(`warning: the trace cannot be written to ${destination.path} (${failure})`),
    );
  };
}
