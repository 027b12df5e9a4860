/**
 * Every error code, and everything that depends on it. No other code matches error codes by prefix or pattern.
 *
 * The message says what happened; the hint says what to do. Each can be understood alone. Both are one line in lower case,
 * without a full stop, contractions or secrets. A message may quote received text only if it passed a grammar, or if it is the
 * API's own message about the request (digitalocean/api-failures.ts). Technical details go into `cause`.
 */
/** What the error is about. */
export type Family =
  | "protocol"
  | "input"
  | "setting"
  | "store"
  | "api"
  | "registry"
  | "command"
  | "client"
  | "program";

export interface Traits {
  readonly family: Family;
  /** What to do next. An error's own hint replaces it. */
  readonly hint?: string;
  /** What docr prints on stdout for a protocol request: only the message, or the usage. Default: message and hint. */
  readonly stdout?: "message" | "usage";
  /** A normal response of the protocol. Stderr gets only the error's own hint, if it has one. */
  readonly silent?: true;
  /** Exit code of a command, 1 by default. 2: wrong usage, 3: not found, 4: rejected by a registry, 130: interrupted. */
  readonly exitCode?: 2 | 3 | 4 | 130;
  /** DigitalOcean, the network or the token's store is unavailable. docr then uses a cached credential if it is still valid. */
  readonly outage?: true;
  /** docr retries the request within its time budget. */
  readonly retryable?: true;
  /** The server may support only plain http. docr tries that on loopback. */
  readonly tryPlainHttp?: true;
}

/** The start of the hint for a rejected API token. */
export const CREATE_TOKEN = "create a token with the scopes registry:read and registry:update";
const NEW_TOKEN = `${CREATE_TOKEN}, and run docr login`;
const NETWORK = "check the network connection, HTTPS_PROXY and NO_PROXY";
const PROXY = "check HTTPS_PROXY, including its user name and password, and NO_PROXY";

export const ERRORS = {
  // Clients compare these messages with stdout.
  "not-found": { family: "protocol", stdout: "message", silent: true },
  "no-server-url": { family: "protocol", stdout: "message", hint: "send the registry's address on stdin" },
  "no-username": { family: "protocol", stdout: "message", hint: "send a Username that is not empty" },
  usage: { family: "protocol", stdout: "usage" },
  "unknown-action": { family: "protocol", stdout: "message", hint: "see docr --help" },

  // What a client sent.
  "input-missing": { family: "input", hint: "send the request on stdin, as docker does" },
  "input-unfinished": { family: "input", hint: "close stdin after the request" },
  "input-too-large": { family: "input", hint: "send a shorter request: the limit is 64 KiB" },
  "input-not-text": { family: "input", hint: "send UTF-8" },
  "input-not-json": { family: "input", hint: 'send {"ServerURL":…,"Username":…,"Secret":…}' },
  "input-wrong-type": {
    family: "input",
    hint: 'send {"ServerURL":…,"Username":…,"Secret":…}, all strings',
  },
  "input-bad-address": { family: "input", hint: "send a host name, with port and path if needed" },
  "input-identity-token": { family: "input", hint: "log in with an API token as the password" },
  "bad-image": {
    family: "input",
    hint: "write the image as for docker pull: [HOST/]NAME[:TAG][@DIGEST]",
    exitCode: 2,
  },

  // What the user configured.
  "bad-setting": { family: "setting", hint: "correct the setting or remove it" },
  "bad-api-token": {
    family: "setting",
    hint: "use an API token (dop_v1_ and 64 hexadecimal digits), or remove the setting",
  },
  "no-api-token": { family: "setting", hint: "run docr login, or set DIGITALOCEAN_ACCESS_TOKEN" },
  "bad-registry-name": { family: "setting", hint: "use the address registry.digitalocean.com/NAME" },
  "bad-trust": { family: "setting", hint: "correct the variable or unset it" },
  "no-registry": { family: "setting", hint: "run doctl registry create NAME" },
  "several-registries": { family: "setting", hint: "set DOCR_REGISTRY to one of them" },

  // The store of API tokens and logins: the keychain, the age vault, pass.
  "keychain-missing": {
    family: "store",
    hint: "start a keychain (gnome-keyring, KeePassXC), or set DIGITALOCEAN_ACCESS_TOKEN, DOCR_STORE=file (an age vault) or DOCR_STORE=pass",
    outage: true,
  },
  "keychain-locked": { family: "store", hint: "unlock the keychain and try again", outage: true },
  "keychain-silent": {
    family: "store",
    hint: "check for an unlock prompt, or restart the keychain",
    outage: true,
  },
  "keychain-failed": { family: "store", hint: "unlock or restart the keychain, and try again", outage: true },
  "keychain-damaged": { family: "store", hint: "log in to the registry again" },
  "vault-closed": {
    family: "store",
    hint: "check DOCR_AGE_IDENTITY_FILE and docr/vault.age; nothing was changed",
    outage: true,
  },
  "pass-missing": { family: "store", hint: "install pass, and run pass init KEY-ID", outage: true },
  "pass-failed": { family: "store", hint: "unlock the GPG key that pass uses, and try again", outage: true },

  // DigitalOcean's API.
  "api-unauthorized": { family: "api", hint: NEW_TOKEN },
  "api-forbidden": { family: "api", hint: NEW_TOKEN },
  "api-rejected": { family: "api", hint: "check DOCR_TTL and the command's options", outage: true },
  "api-not-found": { family: "api", hint: "set DOCR_REGISTRY to a registry of this account" },
  "api-ambiguous": { family: "api", hint: "set DOCR_REGISTRY to the registry's name" },
  "api-rate-limited": {
    family: "api",
    hint: "run fewer jobs at once, or give them separate API tokens",
    outage: true,
  },
  "api-unavailable": {
    family: "api",
    hint: "try again later, and see https://status.digitalocean.com for outages",
    outage: true,
    retryable: true,
  },
  "api-refused": { family: "api", hint: NETWORK, outage: true, retryable: true },
  "api-proxy": { family: "api", hint: PROXY, outage: true },
  "api-unknown-host": { family: "api", hint: NETWORK, outage: true },
  "api-cut-off": { family: "api", hint: NETWORK, outage: true, retryable: true },
  "api-timeout": { family: "api", hint: NETWORK, outage: true, retryable: true },
  "api-tls": {
    family: "api",
    hint: "set NODE_EXTRA_CA_CERTS to the file with your proxy's certificate authority",
    outage: true,
  },
  "api-malformed": {
    family: "api",
    hint: "try again; a proxy may have sent the response",
    outage: true,
  },
  "api-unexpected": {
    family: "api",
    hint: "check DIGITALOCEAN_API_URL, or update docr",
    outage: true,
  },

  // A container registry's API.
  "registry-unauthorized": {
    family: "registry",
    hint: "run docker login HOST; docr resolve IMAGE shows which login is in use",
    exitCode: 4,
  },
  "registry-denied": {
    family: "registry",
    hint: "check the image name, or log in as a user with access",
    exitCode: 4,
  },
  "registry-rate-limited": {
    family: "registry",
    hint: "try again later, or log in: registries often allow more requests with a login",
  },
  "registry-unavailable": { family: "registry", hint: "try again later" },
  "registry-refused": {
    family: "registry",
    hint: "check the host and port, and whether the registry is running",
    tryPlainHttp: true,
  },
  "registry-proxy": { family: "registry", hint: PROXY },
  "registry-unknown-host": { family: "registry", hint: "check the host name and the network connection" },
  "registry-cut-off": { family: "registry", hint: NETWORK, tryPlainHttp: true },
  "registry-timeout": { family: "registry", hint: NETWORK },
  "registry-tls": {
    family: "registry",
    hint: "set NODE_EXTRA_CA_CERTS to the file with the registry's certificate authority",
    tryPlainHttp: true,
  },
  "registry-insecure": { family: "registry", hint: "ask the registry's operator for https" },
  "registry-malformed": {
    family: "registry",
    hint: "check the host: it may not be a registry, or a proxy may have sent the response",
  },
  "registry-digest-mismatch": {
    family: "registry",
    hint: "try again; if it happens again, do not use images from this registry",
  },
  "registry-no-token": {
    family: "registry",
    hint: "send the login with Basic authentication: curl --user NAME",
  },
  "registry-unexpected": { family: "registry", hint: "check the host: it may not be a registry" },

  // Commands.
  "bad-arguments": { family: "command", hint: "see docr --help", exitCode: 2 },
  /** The message suggests the correct word. */
  mistyped: { family: "command", exitCode: 2 },
  "no-terminal": {
    family: "command",
    hint: "run the command with --help to see the options that replace prompts",
    exitCode: 2,
  },
  cancelled: { family: "command", hint: "nothing was changed", exitCode: 130 },
  "no-login": {
    family: "command",
    hint: "run docker login or docr registry add",
    exitCode: 3,
  },
  "output-failed": { family: "command", hint: "name a file in a folder that you can write to" },

  // Other programs: docker's and podman's files, other helpers.
  "client-config": { family: "client", hint: "correct or move the file; nothing was changed" },
  "other-helper": { family: "client", hint: "run the helper by hand to see its error" },

  deadline: {
    family: "program",
    hint: "try again, and check the network and the store that DOCR_STORE names",
  },
  internal: { family: "program", hint: "please report this as a bug" },
} as const satisfies Readonly<Record<string, Traits>>;

export type ErrorCode = keyof typeof ERRORS;

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(ERRORS, value);
}

/** The part of an error that the catalog reads. */
interface Coded {
  readonly code: ErrorCode;
  readonly hint?: string | undefined;
}

export function traitsOf({ code }: Coded): Traits {
  return ERRORS[code];
}

/** Returns the error's own hint, or else the catalog's hint for its code. Undefined if there is neither. */
export function hintOf(failure: Coded): string | undefined {
  return failure.hint ?? traitsOf(failure).hint;
}

interface Failure extends Coded {
  readonly message: string;
  readonly response: Omit<ErrorJson, "code" | "message" | "hint"> | undefined;
}

/** An error for programs. An unknown field is undefined, and absent in JSON. */
export interface ErrorJson {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string | undefined;
  /** The HTTP status of the unsuccessful response. */
  readonly status?: number | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly requestId?: string | undefined;
  /** The server's own message. */
  readonly apiMessage?: string | undefined;
}

export function errorJsonOf(failure: Failure): ErrorJson {
  const { code, message, response } = failure;
  const { status, retryAfterSeconds, requestId, apiMessage } = response ?? {};
  return { code, message, hint: hintOf(failure), status, retryAfterSeconds, requestId, apiMessage };
}
