/**
 * The one table of what a failure looks like: standard output gets what the protocol says, standard error one
 * line for the person, because docker swallows what a helper prints on stdout (docker/cli, `docker pull`).
 */
import type { ErrorCode, HelperError } from "../core/errors.ts";
import { INPUT_TIMEOUT_HINT } from "../response-cache/shared/limits.ts";
import { USAGE } from "./messages.ts";

interface FailureLook {
  /** What to do next; absent where the message says all. */
  readonly hint?: string;
  /** Stdout as clients compare it, without the hint: "message". Other failures show message and hint on both. */
  readonly stdout?: "message" | "usage";
  /** 1 unless told. */
  readonly exitCode?: number;
  /** An answer rather than a failure: nothing on stderr. */
  readonly silent?: true;
}

const NEW_TOKEN =
  "make one with the scopes registry:read and registry:update and put it there, or run: docr login";
const NETWORK = "check the network, or HTTPS_PROXY and NO_PROXY, and try again";
const PROXY = "check HTTPS_PROXY, its user and password, and NO_PROXY";
/** As docker, doctl and most others have it. */
const USAGE_EXIT = 2;
/** What was asked for is not there. */
const ABSENT_EXIT = 3;
const LOGIN_AGAIN = "log in to that registry again";

const LOOKS = {
  "not-found": { stdout: "message", silent: true },
  "no-server-url": { stdout: "message", hint: "send the registry's address on stdin" },
  "no-username": { stdout: "message", hint: "send a Username that is not empty" },
  usage: { stdout: "usage" },
  "unknown-action": { stdout: "message", hint: "see --help" },
  "input-missing": { hint: "send the request on stdin, as docker does" },
  "input-unfinished": { hint: INPUT_TIMEOUT_HINT },
  "input-too-large": { hint: "send less: no address and no login is that long" },
  "input-not-text": { hint: "send UTF-8" },
  "input-not-json": { hint: 'send {"ServerURL":…,"Username":…,"Secret":…}' },
  "input-wrong-type": { hint: 'send {"ServerURL":…,"Username":…,"Secret":…}, all strings' },
  "input-bad-address": { hint: "send a host, with a port and a path if need be" },
  "input-identity-token": { hint: "log in with an API token as the password" },
  "bad-image": { hint: "name it as for docker pull: [HOST/]NAME[:TAG][@DIGEST]", exitCode: USAGE_EXIT },
  "bad-setting": { hint: "correct it or unset it" },
  "bad-api-token": { hint: "put a token there (dop_v1_ and 64 hex digits) or unset it" },
  "no-api-token": { hint: "run: docr login, or set DIGITALOCEAN_ACCESS_TOKEN" },
  "bad-registry-name": { hint: "ask for registry.digitalocean.com/NAME" },
  "bad-trust": { hint: "correct the variable or unset it" },
  "no-registry": { hint: "create one: doctl registry create NAME" },
  "several-registries": { hint: "set DOCR_REGISTRY to the one you mean" },
  "keychain-missing": {
    hint: "start one (gnome-keyring, KeePassXC), or set DIGITALOCEAN_ACCESS_TOKEN, or keep logins with DOCR_STORE=file (an age vault) or DOCR_STORE=pass",
  },
  "keychain-locked": { hint: "unlock it and try again" },
  "keychain-silent": { hint: "look for a prompt that waits to be answered, or restart it" },
  "keychain-failed": { hint: "unlock or restart it and try again" },
  "keychain-damaged": { hint: LOGIN_AGAIN },
  "vault-closed": { hint: "look at DOCR_AGE_IDENTITY_FILE and docr/vault.age; nothing was changed" },
  "pass-missing": { hint: "install pass and run: pass init KEY-ID" },
  "pass-failed": { hint: "unlock its key (pass ls tells) and try again" },
  "api-unauthorized": { hint: NEW_TOKEN },
  "api-forbidden": { hint: NEW_TOKEN },
  "api-not-found": { hint: "set DOCR_REGISTRY to a registry of this account, or unset it" },
  "api-ambiguous": { hint: "set DOCR_REGISTRY to the one you mean" },
  "api-rate-limited": { hint: "fewer jobs at once, or a token of their own, help" },
  "api-unavailable": { hint: "try again; https://status.digitalocean.com tells of outages" },
  "api-refused": { hint: NETWORK },
  "api-proxy": { hint: PROXY },
  "api-unknown-host": { hint: NETWORK },
  "api-cut-off": { hint: NETWORK },
  "api-timeout": { hint: NETWORK },
  "api-tls": { hint: "name your proxy's certificate authority in NODE_EXTRA_CA_CERTS" },
  "api-malformed": { hint: "something between here and DigitalOcean may have answered; try again" },
  "api-unexpected": { hint: "check DIGITALOCEAN_API_URL, or update this program" },
  "registry-unauthorized": { hint: "log in there (docker login HOST), and see docr resolve IMAGE" },
  "registry-denied": { hint: "check the name, or log in as somebody who may read it" },
  "registry-rate-limited": { hint: "wait, or log in: those who are known may ask more often" },
  "registry-unavailable": { hint: "try again" },
  "registry-refused": { hint: "check the host and its port, and that the registry runs" },
  "registry-proxy": { hint: PROXY },
  "registry-unknown-host": { hint: "check the host's name, and the network" },
  "registry-cut-off": { hint: NETWORK },
  "registry-timeout": { hint: NETWORK },
  "registry-tls": { hint: "name its certificate authority in NODE_EXTRA_CA_CERTS" },
  "registry-insecure": { hint: "ask its operator to put it behind https" },
  "registry-malformed": {
    hint: "check the host: it may be no registry, or something may have answered in its place",
  },
  "registry-digest-mismatch": { hint: "try again; if it stays so, trust nothing that comes from there" },
  "registry-unexpected": { hint: "check the host: it may be no registry" },
  "bad-arguments": { hint: "see docr --help", exitCode: USAGE_EXIT },
  "no-terminal": { hint: "see the verb's --help for how to answer without one", exitCode: USAGE_EXIT },
  cancelled: { hint: "nothing was changed", exitCode: 130 },
  "client-config": { hint: "correct or move it; nothing was changed" },
  "no-login": { hint: "log in with docker login, or docr registry add", exitCode: ABSENT_EXIT },
  "other-helper": { hint: "run it by hand to see what it says" },
  deadline: { hint: "try again, and look at the network and the keychain" },
  internal: { hint: "please report this as a bug" },
} as const satisfies Record<ErrorCode, FailureLook>;

/** What to print for a failure; each text ends with a line break or is empty. */
export interface ShownFailure {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** To a client of the protocol. */
export function showFailure(failure: HelperError): ShownFailure {
  const { code, message } = failure;
  const look: FailureLook = LOOKS[code];
  const full = fullText(failure);
  const stdout = look.stdout === "usage" ? USAGE : look.stdout === "message" ? message : full;
  return {
    stdout: `${oneLine(stdout)}\n`,
    stderr: look.silent ? "" : notice(full),
    exitCode: 1,
  };
}

/** To somebody who ran a verb for people: stdout is for results alone. */
export function showFailureToPerson(failure: HelperError): ShownFailure {
  const look: FailureLook = LOOKS[failure.code];
  return { stdout: "", stderr: notice(fullText(failure)), exitCode: look.exitCode ?? 1 };
}

function fullText(failure: HelperError): string {
  const next = hintOf(failure);
  return next === undefined ? failure.message : `${failure.message}; ${next}`;
}

/** What to do next about the failure; undefined where its message says all. */
export function hintOf({ code, hint }: HelperError): string | undefined {
  const look: FailureLook = LOOKS[code];
  return hint ?? look.hint;
}

/** A line for the person on stderr. */
export function notice(text: string): string {
  return `docr: ${oneLine(text)}\n`;
}

function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]+/g, " ");
}
