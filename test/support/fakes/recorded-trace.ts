import type { Trace } from "../../../src/core/reporter.ts";

/** The traced events. */
export interface RecordedTrace {
  readonly trace: Trace;
  readonly events: { readonly event: string; readonly details: Readonly<Record<string, unknown>> }[];
}

export function recordTrace(): RecordedTrace {
  const events: RecordedTrace["events"] = [];
  return { events, trace: (event, details = {}) => void events.push({ event, details }) };
}
