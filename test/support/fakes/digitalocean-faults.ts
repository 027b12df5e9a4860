import type { ServerResponse } from "node:http";
import { type Reply, replyError } from "./digitalocean-exchange.ts";

/** `answer` has the status, and the API's own error body unless there is a `body`. */
export type FaultKind =
  | "answer"
  | "malformed"
  | "cut-off"
  | "hang"
  | "wrong-content"
  | "no-auths"
  | "huge"
  | "redirect"
  | "reset";

export interface Fault {
  readonly kind: FaultKind;
  /** The request's path. A `*` at the end matches any rest. */
  readonly path: string;
  readonly method?: string;
  /** How many requests meet it. 1 by default. */
  readonly times?: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Faults for later requests. The first one that matches a request is used. */
export class FaultTable {
  #waiting: { readonly fault: Fault; left: number }[] = [];

  add(...faults: readonly Fault[]): void {
    this.#waiting.push(...faults.map((fault) => ({ fault, left: fault.times ?? 1 })));
  }

  clear(): void {
    this.#waiting = [];
  }

  take(method: string, path: string): Fault | undefined {
    const entry = this.#waiting.find(({ fault, left }) => left > 0 && matches(fault, method, path));
    if (entry) entry.left -= 1;
    return entry?.fault;
  }
}

function matches(fault: Fault, method: string, path: string): boolean {
  if (fault.method !== undefined && fault.method !== method) return false;
  return fault.path.endsWith("*") ? path.startsWith(fault.path.slice(0, -1)) : path === fault.path;
}

const HALF_A_RESPONSE = '{"auths":{"registry.digitalocean.com":{"auth":"';

const REPLIES: Readonly<Record<Exclude<FaultKind, "cut-off" | "hang" | "reset">, (fault: Fault) => Reply>> = {
  answer: (fault) => ({
    ...replyError(fault.status ?? 500),
    ...(fault.body === undefined ? {} : { body: fault.body }),
  }),
  malformed: (fault) => ({ status: fault.status ?? 200, body: `${HALF_A_RESPONSE}}` }),
  "wrong-content": (fault) => ({
    status: fault.status ?? 200,
    headers: { "content-type": "text/html" },
    body: fault.body ?? "<html><body>Please sign in to the hotel's network</body></html>",
  }),
  "no-auths": () => ({
    status: 200,
    body: JSON.stringify({ auths: { "registry.example.com": { auth: "dTpw" } } }),
  }),
  huge: () => ({ status: 200, body: `{"auths":{},"padding":"${"x".repeat(32 * 1024 * 1024)}"}` }),
  redirect: (fault) => ({
    status: fault.status ?? 302,
    headers: { location: "https://api.digitalocean.com/v2/elsewhere" },
    body: "",
  }),
};

/** Sends the fault. Returns the status that the client saw, 0 for none. */
export function sendFault(fault: Fault, response: ServerResponse, send: (reply: Reply) => void): number {
  if (fault.kind === "hang") return 0;
  if (fault.kind === "reset") {
    response.destroy();
    return 0;
  }
  if (fault.kind === "cut-off") {
    const status = fault.status ?? 200;
    response.writeHead(status, { "content-type": "application/json", "content-length": "4096" });
    response.write(HALF_A_RESPONSE, () => response.destroy());
    return status;
  }
  const reply = REPLIES[fault.kind](fault);
  send({ ...reply, headers: { ...reply.headers, ...fault.headers } });
  return reply.status;
}
