/** Determines from the errors of undici, Node and OpenSSL why a request got no complete response. */

/** Ends an error code of the families "api" and "registry". Causes with the same hint share one kind. */
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
  /** The part of a message after the server's name. */
  readonly text: string;
}

/** The body of a response is larger than the request allows. */
export class ResponseTooLarge extends Error {
  readonly code = "RESPONSE_TOO_LARGE";
}

const KINDS: readonly (readonly [codes: RegExp, kind: FaultKind, text: string])[] = [
  [
    /^(?:RESPONSE_TOO_LARGE|UND_ERR_HEADERS_OVERFLOW|HPE_HEADER_OVERFLOW)$/,
    "too-large",
    "sent a response that is too large",
  ],
  [/^ECONNREFUSED$/, "refused", "refused the connection"],
  [/^(?:ENOTFOUND|EAI_AGAIN)$/, "unknown-host", "was not found in DNS"],
  [/^(?:ENETUNREACH|EHOSTUNREACH|ENETDOWN|EADDRNOTAVAIL)$/, "unavailable", "is unreachable: no route"],
  [
    /^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|HTTPParserError|HPE_.*)$/,
    "cut-off",
    "closed the connection before the response was complete",
  ],
  // undici throws this if a proxy answers CONNECT with a status other than 200. For an aborted signal, it throws others.
  [/^UND_ERR_ABORTED$/, "proxy", "is unreachable: the proxy refused the connection"],
  [
    /^(?:ETIMEDOUT|UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT|ABORT_ERR|TimeoutError|AbortError)$/,
    "timeout",
    "did not respond in time",
  ],
  [
    /^(?:CERT_|ERR_TLS_|ERR_SSL_|EPROTO|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH)/,
    "tls",
    "sent a certificate that this machine does not trust, or does not speak TLS",
  ],
];

/** Never throws. An unknown error is `unavailable`. The text never quotes the error. */
export function faultOf(error: unknown): Fault {
  for (const code of codesOf(error)) {
    const [, kind, text] = KINDS.find(([codes]) => codes.test(code)) ?? [];
    if (kind !== undefined && text !== undefined) return { kind, text };
  }
  return { kind: "unavailable", text: "is unreachable" };
}

/** Whether OpenSSL did not trust the server's certificate. No part of the request was sent then. */
export function isUntrusted(error: unknown): boolean {
  return codesOf(error).some((code) => /^(?:UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_)/.test(code));
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
