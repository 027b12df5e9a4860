/**
 * Every way in which docr can fail, and everything that depends on an error's code. Nothing else matches codes by
 * prefix or pattern.
 *
 * Messages and hints are lower case, one line, without a full stop, without a secret and without bytes that docr
 * received (names that passed a grammar may be shown). Technical details go into `cause`.
 */
import type { HelperError } from "./errors.ts";

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
  /** What a client of the protocol reads on stdout: the bare message, or the usage. Default: message and hint. */
  readonly stdout?: "message" | "usage";
  /** A regular answer of the protocol: nothing on stderr. */
  readonly silent?: true;
  /** For commands; 1 by default. 2: wrong usage, 3: absent, 130: interrupted. */
  readonly exitCode?: 2 | 3 | 130;
  /** DigitalOcean, the network or the token's store is unavailable: a cached credential that is still valid bridges it. */
  readonly outage?: true;
  /** A retry may help within the budget. */
  readonly retryable?: true;
  /** The server may speak plain http only, which docr tries on loopback. */
  readonly tryPlainHttp?: true;
}

const NEW_TOKEN =
  "make one with the scopes registry:read and registry:update and put it there, or run: docr login";
const NETWORK = "check the network, or HTTPS_PROXY and NO_PROXY, and try again";
const PROXY = "check HTTPS_PROXY, its user and password, and NO_PROXY";

export const ERRORS = {
  // The strings that clients compare.
  "not-found": { family: "protocol", stdout: "message", silent: true },
  "no-server-url": { family: "protocol", stdout: "message", hint: "send the registry's address on stdin" },
  "no-username": { family: "protocol", stdout: "message", hint: "send a Username that is not empty" },
  usage: { family: "protocol", stdout: "usage" },
  "unknown-action": { family: "protocol", stdout: "message", hint: "see --help" },

  // What a client sent.
  "input-missing": { family: "input", hint: "send the request on stdin, as docker does" },
  "input-unfinished": { family: "input", hint: "close it after the request" },
  "input-too-large": { family: "input", hint: "send less: no address and no login is that long" },
  "input-not-text": { family: "input", hint: "send UTF-8" },
  "input-not-json": { family: "input", hint: 'send {"ServerURL":…,"Username":…,"Secret":…}' },
  "input-wrong-type": { family: "input", hint: 'send {"ServerURL":…,"Username":…,"Secret":…}, all strings' },
  "input-bad-address": { family: "input", hint: "send a host, with a port and a path if need be" },
  "input-identity-token": { family: "input", hint: "log in with an API token as the password" },
  "bad-image": {
    family: "input",
    hint: "name it as for docker pull: [HOST/]NAME[:TAG][@DIGEST]",
    exitCode: 2,
  },

  // What the user configured.
  "bad-setting": { family: "setting", hint: "correct it or unset it" },
  "bad-api-token": { family: "setting", hint: "put a token there (dop_v1_ and 64 hex digits) or unset it" },
  "no-api-token": { family: "setting", hint: "run: docr login, or set DIGITALOCEAN_ACCESS_TOKEN" },
  "bad-registry-name": { family: "setting", hint: "ask for registry.digitalocean.com/NAME" },
  "bad-trust": { family: "setting", hint: "correct the variable or unset it" },
  "no-registry": { family: "setting", hint: "create one: doctl registry create NAME" },
  "several-registries": { family: "setting", hint: "set DOCR_REGISTRY to the one you mean" },

  // The store of API tokens and logins: the keychain, the age vault, pass.
  "keychain-missing": {
    family: "store",
    hint: "start one (gnome-keyring, KeePassXC), or set DIGITALOCEAN_ACCESS_TOKEN, or keep logins with DOCR_STORE=file (an age vault) or DOCR_STORE=pass",
    outage: true,
  },
  "keychain-locked": { family: "store", hint: "unlock it and try again", outage: true },
  "keychain-silent": {
    family: "store",
    hint: "look for a prompt that waits to be answered, or restart it",
    outage: true,
  },
  "keychain-failed": { family: "store", hint: "unlock or restart it and try again", outage: true },
  "keychain-damaged": { family: "store", hint: "log in to that registry again" },
  "vault-closed": {
    family: "store",
    hint: "look at DOCR_AGE_IDENTITY_FILE and docr/vault.age; nothing was changed",
    outage: true,
  },
  "pass-missing": { family: "store", hint: "install pass and run: pass init KEY-ID", outage: true },
  "pass-failed": { family: "store", hint: "unlock its key (pass ls tells) and try again", outage: true },

  // DigitalOcean's API.
  "api-unauthorized": { family: "api", hint: NEW_TOKEN },
  "api-forbidden": { family: "api", hint: NEW_TOKEN },
  "api-not-found": { family: "api", hint: "set DOCR_REGISTRY to a registry of this account, or unset it" },
  "api-ambiguous": { family: "api", hint: "set DOCR_REGISTRY to the one you mean" },
  "api-rate-limited": {
    family: "api",
    hint: "fewer jobs at once, or a token of their own, help",
    outage: true,
  },
  "api-unavailable": {
    family: "api",
    hint: "try again; https://status.digitalocean.com tells of outages",
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
    hint: "name your proxy's certificate authority in NODE_EXTRA_CA_CERTS",
    outage: true,
  },
  "api-malformed": {
    family: "api",
    hint: "something between here and DigitalOcean may have answered; try again",
    outage: true,
  },
  "api-unexpected": {
    family: "api",
    hint: "check DIGITALOCEAN_API_URL, or update this program",
    outage: true,
  },

  // A container registry's API.
  "registry-unauthorized": {
    family: "registry",
    hint: "log in there (docker login HOST), and see docr resolve IMAGE",
  },
  "registry-denied": { family: "registry", hint: "check the name, or log in as somebody who may read it" },
  "registry-rate-limited": {
    family: "registry",
    hint: "wait, or log in: those who are known may ask more often",
  },
  "registry-unavailable": { family: "registry", hint: "try again" },
  "registry-refused": {
    family: "registry",
    hint: "check the host and its port, and that the registry runs",
    tryPlainHttp: true,
  },
  "registry-proxy": { family: "registry", hint: PROXY },
  "registry-unknown-host": { family: "registry", hint: "check the host's name, and the network" },
  "registry-cut-off": { family: "registry", hint: NETWORK, tryPlainHttp: true },
  "registry-timeout": { family: "registry", hint: NETWORK },
  "registry-tls": {
    family: "registry",
    hint: "name its certificate authority in NODE_EXTRA_CA_CERTS",
    tryPlainHttp: true,
  },
  "registry-insecure": { family: "registry", hint: "ask its operator to put it behind https" },
  "registry-malformed": {
    family: "registry",
    hint: "check the host: it may be no registry, or something may have answered in its place",
  },
  "registry-digest-mismatch": {
    family: "registry",
    hint: "try again; if it stays so, trust nothing that comes from there",
  },
  "registry-unexpected": { family: "registry", hint: "check the host: it may be no registry" },

  // A command for people.
  "bad-arguments": { family: "command", hint: "see docr --help", exitCode: 2 },
  /** The message names the word that was probably meant. */
  mistyped: { family: "command", exitCode: 2 },
  "no-terminal": {
    family: "command",
    hint: "see the verb's --help for how to answer without one",
    exitCode: 2,
  },
  cancelled: { family: "command", hint: "nothing was changed", exitCode: 130 },
  "no-login": {
    family: "command",
    hint: "log in with docker login, or docr registry add",
    exitCode: 3,
  },

  // Other programs: docker's and podman's files, other helpers.
  "client-config": { family: "client", hint: "correct or move it; nothing was changed" },
  "other-helper": { family: "client", hint: "run it by hand to see what it says" },

  deadline: { family: "program", hint: "try again, and look at the network and the keychain" },
  internal: { family: "program", hint: "please report this as a bug" },
} as const satisfies Readonly<Record<string, Traits>>;

export type ErrorCode = keyof typeof ERRORS;

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(ERRORS, value);
}

export function traitsOf({ code }: Pick<HelperError, "code">): Traits {
  return ERRORS[code];
}

/** What to do next about the failure. Undefined where its message says all. */
export function hintOf(failure: HelperError): string | undefined {
  return failure.hint ?? traitsOf(failure).hint;
}
