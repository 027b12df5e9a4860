import { alignColumns } from "../../terminal/table.ts";
import { hintOf } from "../../core/error-catalog.ts";
import type { HelperError } from "../../core/errors.ts";
import { DEFAULT_CONTEXT } from "../../credentials/accounts/api-tokens.ts";
import type { InventoryReport } from "../../credentials/inventory/inventory.ts";
import type { Moment } from "../../core/lifetime.ts";
import type { KeychainDescription } from "../context.ts";
import type { FinishedLoginState } from "../../credentials/finished-login.ts";
import { formatTime } from "../../terminal/times.ts";
import { describeLiveCredentials, isoOrNever, jsonOfLiveCredentials } from "../credentials/live-table.ts";
import { keychainLine } from "./keychain-labels.ts";
import type { TokenSourceState } from "./token-sources.ts";

/** The settings from the environment and the config file. */
export interface Configured {
  /** The current account. Undefined for the default one, and if the settings are wrong. */
  readonly context: string | undefined;
  /** Accounts by registry name. */
  readonly registries: Readonly<Record<string, string>>;
  /** The fallback helper, by the last part of its name. */
  readonly fallback: string | undefined;
  /** Undefined without a home directory. */
  readonly configFile:
    | { readonly path: string; readonly label: string; readonly exists: boolean; readonly isValid: boolean }
    | undefined;
  /** The errors in the settings. */
  readonly problems: readonly HelperError[];
}

/** The API tokens and credentials that docr found. */
export interface Held extends InventoryReport {
  readonly sources: readonly TokenSourceState[];
  /** The program behind the keychain. Undefined if the store is another one, is not Linux's, or failed. */
  readonly keychain: KeychainDescription | undefined;
  /** The login for DigitalOcean's registry that docr did not mint. Undefined if there is none or the store failed. */
  readonly login: FinishedLoginState | undefined;
  /** The result of `--exit-code`: a request for a credential, as a client makes it. Undefined without the option. */
  readonly request: { readonly failure: HelperError | undefined } | undefined;
  /** False if docr cannot record on this machine what it mints. */
  readonly canRecord: boolean;
  readonly now: Moment;
}

export const NOTHING_CACHED =
  "docr can cache nothing here, so each request mints a credential, and a logout does not revoke it";

/** The width of the longest label. It is fixed, because docr prints each line as soon as it has it. */
const LABEL_WIDTH = "config file".length;

type Line = (label: string, text: string) => string;

function lineIn(width: number | undefined): Line {
  return (label, text) => alignColumns([[label.padEnd(LABEL_WIDTH), text]], width);
}

export function describeConfigured(
  { context, registries, fallback, configFile, problems }: Configured,
  width: number | undefined,
): string {
  const line = lineIn(width);
  return [
    line("account", context ?? DEFAULT_CONTEXT),
    ...Object.entries(registries).map(([registry, name]) => line("", `${name} for ${registry}`)),
    line("config file", describeFile(configFile)),
    ...problems.map(({ message }) => line("", message)),
    line("other hosts", fallback === undefined ? "docr's store" : `docker-credential-${fallback}`),
  ].join("");
}

export function describeSource(
  source: TokenSourceState,
  isFirst: boolean,
  width: number | undefined,
): string {
  const line = lineIn(width);
  const { name, state, contexts, failure, isDeciding } = source;
  const found = contexts.length === 0 ? "set" : contexts.join(", ");
  const what = { set: found, empty: "none", broken: failure?.message ?? "unknown" }[state];
  return line(isFirst ? "API tokens" : "", `${isDeciding ? "> " : "  "}${name}: ${what}`);
}

export function describeHeld(
  { sources, keychain, login, request, credentials, failures, canRecord, now }: Held,
  width: number | undefined,
): string {
  const line = lineIn(width);
  const deciding = sources.find(({ isDeciding }) => isDeciding);
  const store = sources.find(({ kind }) => kind === "store");
  const table = describeLiveCredentials(credentials, now, width);
  return [
    line("in use", describeDeciding(deciding, login)),
    ...(request ? [line("get", describeRequest(request.failure))] : []),
    ...(login ? [line("login", describeLogin(login))] : []),
    ...(canRecord ? [] : [line("cache", `${NOTHING_CACHED}; docr doctor says why`)]),
    line("store", store ? `${store.name}: ${store.failure?.message ?? "open"}` : "unknown"),
    ...(keychain ? [line("", keychainLine(keychain))] : []),
    table === "" ? "\nno active credentials\n" : `\n${table}`,
    ...failures
      .filter(({ message }) => message !== store?.failure?.message)
      .map(({ message }) => `${message}: credentials stored there are not listed\n`),
  ].join("");
}

function describeRequest(failure: HelperError | undefined): string {
  if (!failure) return "a client gets a credential";
  const hint = hintOf(failure);
  // The message is the one that docker expects for a missing login. The hint is more useful.
  if (failure.code === "not-found") return hint ?? failure.message;
  return hint === undefined ? failure.message : `${failure.message}; ${hint}`;
}

/** Contains no secret. */
export function jsonOfStatus(configured: Configured, held: Held): unknown {
  const { context, registries, fallback, configFile: file } = configured;
  const deciding = held.sources.find(({ isDeciding }) => isDeciding);
  const store = held.sources.find(({ kind }) => kind === "store");
  return {
    apiToken: deciding && !deciding.failure ? deciding.name : null,
    sources: held.sources.map(({ name, kind, state, contexts, failure, isDeciding }) => ({
      name,
      kind,
      state,
      contexts,
      problem: failure?.message ?? null,
      isDeciding,
    })),
    context: context ?? DEFAULT_CONTEXT,
    contextsByRegistry: registries,
    store: { name: store?.name ?? null, problem: store?.failure?.message ?? null },
    keychain: held.keychain
      ? { daemon: held.keychain.daemon ?? null, collections: held.keychain.collections }
      : null,
    fallback: fallback ?? null,
    configFile: file ? { path: file.path, exists: file.exists, isValid: file.isValid } : null,
    problems: [
      ...new Set([...configured.problems, ...held.failures].map(({ message }) => message)),
      ...(held.canRecord ? [] : [NOTHING_CACHED]),
    ],
    ...(held.request && {
      get: { isAnswered: !held.request.failure, problem: held.request.failure?.message ?? null },
    }),
    login: held.login ? jsonOfLogin(held.login) : null,
    credentials: jsonOfLiveCredentials(held.credentials),
  };
}

function jsonOfLogin({ storedAt, expiresAt, checkedAt, state }: FinishedLoginState): unknown {
  return {
    storedAt: isoOrNever(storedAt),
    expiresAt: isoOrNever(expiresAt),
    checkedAt: isoOrNever(checkedAt),
    state,
  };
}

function describeLogin({ storedAt, expiresAt, state }: FinishedLoginState): string {
  const end = expiresAt === undefined ? [] : [`expires ${formatTime(expiresAt)}`];
  return [
    "not created by docr",
    `stored ${storedAt === undefined ? "at an unknown time" : formatTime(storedAt)}`,
    ...(state === "ended" ? ["DigitalOcean no longer accepts it"] : end),
  ].join(", ");
}

function describeDeciding(
  source: TokenSourceState | undefined,
  login: FinishedLoginState | undefined,
): string {
  if (!source && login?.state === "usable") return "no API token; the stored login";
  if (!source) return "no API token; run docr login, or set DIGITALOCEAN_ACCESS_TOKEN";
  return source.failure ? `no API token: ${source.name} failed` : `the API token from ${source.name}`;
}

function describeFile(file: Configured["configFile"]): string {
  if (!file) return "none (no home directory)";
  if (!file.exists) return `${file.label} (does not exist)`;
  return file.isValid ? file.label : `${file.label} (invalid)`;
}
