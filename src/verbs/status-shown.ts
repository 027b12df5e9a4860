import type { HelperError } from "../errors.ts";
import { DEFAULT_CONTEXT } from "../helper/api-tokens.ts";
import type { Inventory } from "../helper/inventory.ts";
import { alignColumns } from "../people/columns.ts";
import type { Terminal } from "../people/ports.ts";
import type { Moment } from "../registry/credential.ts";
import { describeLiveCredentials, jsonOfLiveCredentials } from "./live-credentials.ts";
import type { TokenPlaceState } from "./token-places.ts";

/** All that `docr status` found. */
export interface Status extends Inventory {
  readonly sources: readonly TokenPlaceState[];
  /** The account in use; undefined for the default one, and where the settings are wrong. */
  readonly context: string | undefined;
  /** Accounts by the names of their registries. */
  readonly registries: Readonly<Record<string, string>>;
  readonly store: TokenPlaceState | undefined;
  /** The helper for other hosts, by the last part of its name. */
  readonly fallback: string | undefined;
  /** Undefined without a home. */
  readonly configFile:
    | { readonly path: string; readonly shown: string; readonly isThere: boolean; readonly isGood: boolean }
    | undefined;
  /** Settings that are wrong. */
  readonly problems: readonly HelperError[];
  readonly now: Moment;
}

/** For people: whole lines. */
export function describeStatus(status: Status, { paint }: Pick<Terminal, "paint">): string {
  const deciding = status.sources.find(({ isDeciding }) => isDeciding);
  const rows = [
    ["API token", describeDeciding(deciding)],
    ...status.sources.map((source, index) => [index === 0 ? "looked for in" : "", describeSource(source)]),
    ["account", status.context ?? DEFAULT_CONTEXT],
    ...Object.entries(status.registries).map(([registry, context]) => ["", `${context} for ${registry}`]),
    ["store", describeStore(status.store)],
    [
      "other hosts",
      status.fallback === undefined ? "kept in the store" : `docker-credential-${status.fallback}`,
    ],
    ["config file", describeFile(status.configFile)],
    ...status.problems.map(({ message }) => ["problem", message]),
  ];
  const table = describeLiveCredentials(status.credentials, status.now);
  const failures = status.failures
    .filter(({ message }) => message !== status.store?.failure?.message)
    .map(({ message }) => `${message}: what is kept there is not shown\n`);
  const text = `${alignColumns(rows)}\n${table === "" ? "no live credentials\n" : table}${failures.join("")}`;
  return deciding && !deciding.failure ? text : text.replace(/^.*$/m, (line) => paint("yellow", line));
}

/** For scripts; nothing of it is secret. */
export function jsonOfStatus(status: Status): unknown {
  const deciding = status.sources.find(({ isDeciding }) => isDeciding);
  return {
    apiToken: deciding && !deciding.failure ? deciding.name : null,
    sources: status.sources.map(({ name, kind, state, contexts, failure, isDeciding }) => ({
      name,
      kind,
      state,
      contexts,
      problem: failure?.message ?? null,
      isDeciding,
    })),
    context: status.context ?? DEFAULT_CONTEXT,
    contextsByRegistry: status.registries,
    store: { name: status.store?.name ?? null, problem: status.store?.failure?.message ?? null },
    fallback: status.fallback ?? null,
    configFile: status.configFile
      ? { path: status.configFile.path, exists: status.configFile.isThere, isValid: status.configFile.isGood }
      : null,
    problems: [...status.problems, ...status.failures].map(({ message }) => message),
    credentials: jsonOfLiveCredentials(status.credentials),
  };
}

function describeDeciding(source: TokenPlaceState | undefined): string {
  if (!source) return "none: run docr login, or set DIGITALOCEAN_ACCESS_TOKEN";
  return source.failure ? `none, because of ${source.name}` : `from ${source.name}`;
}

function describeSource({ name, state, contexts, failure, isDeciding }: TokenPlaceState): string {
  const found = contexts.length === 0 ? "set" : contexts.join(", ");
  const what = { set: found, empty: "nothing", broken: failure?.message ?? "unknown" }[state];
  return `${isDeciding ? "> " : "  "}${name}: ${what}`;
}

function describeStore(store: TokenPlaceState | undefined): string {
  if (!store) return "unknown";
  return `${store.name}: ${store.failure?.message ?? "open"}`;
}

function describeFile(file: Status["configFile"]): string {
  if (!file) return "none: there is no home";
  if (!file.isThere) return `${file.shown}: not there`;
  return file.isGood ? file.shown : `${file.shown}: wrong`;
}
