import type { Dispatcher } from "undici";
import { ResponseTooLarge } from "./faults.ts";

interface DispatchOptions {
  readonly signal: AbortSignal;
  /** The longest body. */
  readonly maxBytes: number;
}

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/**
 * Sends the request and returns the whole response. Rejects with undici's errors, with `ResponseTooLarge`, and with the signal's reason.
 * undici's own `request` would make a stream of the body, which takes longer (src/app/startup/README.md).
 */
export function dispatch(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  { signal, maxBytes }: DispatchOptions,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    let connection: Dispatcher.DispatchController | undefined;
    const stop = (reason: Error): void => {
      connection?.abort(reason);
      reject(reason);
    };
    const onAbort = (): void => stop(reasonOf(signal));
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let head: Pick<HttpResponse, "status" | "headers"> = { status: 0, headers: {} };
    dispatcher.dispatch(request, {
      onRequestStart(controller) {
        connection = controller;
        if (signal.aborted) controller.abort(reasonOf(signal));
      },
      onResponseStart(_controller, status, headers) {
        head = { status, headers };
      },
      onResponseData(_controller, chunk) {
        bytes += chunk.length;
        if (bytes > maxBytes) stop(new ResponseTooLarge(`more than ${maxBytes} bytes`));
        else chunks.push(chunk);
      },
      onResponseEnd() {
        signal.removeEventListener("abort", onAbort);
        resolve({ ...head, body: Buffer.concat(chunks) });
      },
      onResponseError(_controller, error) {
        signal.removeEventListener("abort", onAbort);
        reject(error);
      },
    });
  });
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error("aborted", { cause: reason });
}
