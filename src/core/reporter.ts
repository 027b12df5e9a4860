/** Records one decision for DOCR_LOG. A Secret among the details would print as [secret]. */
export type Trace = (
  event: string,
  details?: Readonly<Record<string, string | number | boolean | undefined>>,
) => void;

/** Where DOCR_LOG sends the trace: stderr, or a file that docr appends to. */
export type TraceTarget = "stderr" | { readonly path: string };

/** What docr tells the user besides its response. */
export interface Reporter {
  /** One line on stderr, after the response is written. */
  warn(text: string): void;
  readonly trace: Trace;
}
