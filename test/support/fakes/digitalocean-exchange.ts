/** A request as the endpoints see it. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The bearer token. Undefined without one. */
  readonly bearer: string | undefined;
  /** User and password of a Basic header. Undefined without one. */
  readonly basic: { readonly username: string; readonly password: string } | undefined;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `id` and `message` of the API's error bodies, for documented and observed statuses. */
const ERRORS: Readonly<Record<number, readonly [id: string, message: string]>> = {
  400: ["bad_request", "The request was malformed."],
  401: ["unauthorized", "Unable to authenticate you."],
  403: ["forbidden", "You do not have access for the attempted action."],
  404: ["not_found", "The resource you requested could not be found."],
  405: ["method_not_allowed", "The method is not allowed."],
  412: ["precondition_failed", "This API is not supported if you have created multiple registries."],
  429: ["too_many_requests", "API rate limit exceeded."],
  500: ["server_error", "Unexpected server-side error"],
};

export function replyWith(value: unknown): Reply {
  return { status: 200, body: JSON.stringify(value) };
}

/** The server fills in the request id. */
export function replyError(status: number, message?: string): Reply {
  const [id, text] = ERRORS[status] ?? ["unexpected_error", "Something went wrong."];
  return { status, body: JSON.stringify({ id, message: message ?? text, request_id: "REQUEST_ID" }) };
}

export function readBearer(header: string | undefined): string | undefined {
  return /^Bearer (\S+)$/i.exec(header ?? "")?.[1];
}

export function readBasic(header: string | undefined): Call["basic"] {
  const encoded = /^Basic (\S+)$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, "base64").toString();
  const colon = text.indexOf(":");
  if (colon === -1) return undefined;
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
