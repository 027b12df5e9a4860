/** Why a request got no whole answer, from what undici, Node and OpenSSL say. */

/** One room's error codes end in these; what is called by several names is one kind where a person would do the same. */
export type FaultKind =
  | "refused"
  | "unknown-host"
  | "unavailable"
  | "cut-off"
  | "proxy"
  | "timeout"
  | "tls"
  | "too-large";

export interface Fault {
  readonly kind: FaultKind;
  /** What the host did, to stand behind its name. */
  readonly words: string;
}

/** An answer whose body is longer than was allowed for. */
export class AnswerTooLarge extends Error {
  readonly code = "ANSWER_TOO_LARGE";
}

const KINDS: readonly (readonly [codes: RegExp, kind: FaultKind, words: string])[] = [
  [
    /^(?:ANSWER_TOO_LARGE|UND_ERR_HEADERS_OVERFLOW|HPE_HEADER_OVERFLOW)$/,
    "too-large",
    "answered with too much",
  ],
  [/^ECONNREFUSED$/, "refused", "refused the connection"],
  [/^(?:ENOTFOUND|EAI_AGAIN)$/, "unknown-host", "has no address: DNS does not know it"],
  [/^(?:ENETUNREACH|EHOSTUNREACH|ENETDOWN|EADDRNOTAVAIL)$/, "unavailable", "cannot be reached: no route"],
  [
    /^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|HTTPParserError|HPE_.*)$/,
    "cut-off",
    "closed the connection before its answer was whole",
  ],
  // What undici says when a proxy answers CONNECT with anything but 200; a signal's end has other names.
  [/^UND_ERR_ABORTED$/, "proxy", "cannot be reached: the proxy refused"],
  [
    /^(?:ETIMEDOUT|UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT|ABORT_ERR|TimeoutError|AbortError)$/,
    "timeout",
    "did not answer in time",
  ],
  [
    /^(?:CERT_|ERR_TLS_|ERR_SSL_|EPROTO|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH)/,
    "tls",
    "showed a certificate that this machine does not trust, or does not speak TLS",
  ],
];

/** Never fails: what nobody knows is `unavailable`. */
export function faultOf(error: unknown): Fault {
  for (const code of codesOf(error)) {
    const [, kind, words] = KINDS.find(([codes]) => codes.test(code)) ?? [];
    if (kind !== undefined && words !== undefined) return { kind, words };
  }
  return { kind: "unavailable", words: "cannot be reached" };
}

/** Codes and names of the error and its causes, outermost first. */
function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  const queue = [error];
  for (let current = queue.shift(); current instanceof Error && codes.length < 20; current = queue.shift()) {
    if ("code" in current) codes.push(String(current.code));
    codes.push(current.name);
    if (current instanceof AggregateError) queue.push(...current.errors);
    queue.push(current.cause);
  }
  return codes;
}
