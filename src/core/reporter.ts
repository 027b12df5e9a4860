/** Records one event for DOCR_LOG. */
export type Trace = (
  event: string,
  details?: Readonly<Record<string, string | number | boolean | undefined>>,
) => void;

/** Where DOCR_LOG sends the trace: stderr, or a file that docr appends to. */
export type TraceTarget = "stderr" | { readonly path: string };

/** Warnings for the user and events for the trace. */
export interface Reporter {
  /** One line on stderr, after the response is written. */
  warn(text: string): void;
  readonly trace: Trace;
}
