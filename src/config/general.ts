import { HelperError } from "../core/errors.ts";
import type { Environment } from "../core/machine.ts";
import type { TraceTarget } from "../core/reporter.ts";
import { suggest } from "../core/suggestion.ts";
import { isHelperName } from "../response-cache/shared/other-registry-note.ts";
import type { ConfigFile } from "./config-file.ts";

/** Where API tokens and logins are stored. `auto` is the keychain; if there is none, an error's hint names the other stores. */
export type StoreSetting = "auto" | "keychain" | "file" | "pass";

/** `anonymous` is for clients that take an error for a failure, such as Nomad. */
export type UnknownSetting = "error" | "anonymous";

/** The settings that apply to the requests of every registry. */
export interface GeneralSettings {
  readonly store: StoreSetting;
  /** Identifies the store. The same account name in another store may be another account. */
  readonly storeId: string;
  /** The last part of the fallback helper's name (`osxkeychain`). Undefined if none is set. */
  readonly fallback: string | undefined;
  /** What a `get` for another registry without a login gets: docker's own error, or an empty login. */
  readonly unknown: UnknownSetting;
  readonly traceTarget: TraceTarget | undefined;
}

/** Environment variables take precedence over the config file. Throws `bad-setting`, naming the variable and its valid values. */
export function readGeneralSettings(env: Environment, file: ConfigFile): GeneralSettings {
  const path = file.path ?? "docr/config.json";
  const store = parseStore("DOCR_STORE", env["DOCR_STORE"]) ?? parseStore(`store in ${path}`, file.store);
  return {
    store: store ?? "auto",
    storeId: storeIdOf(store ?? "auto", env),
    fallback:
      parseFallback("DOCR_FALLBACK", env["DOCR_FALLBACK"]) ??
      parseFallback(`fallback in ${path}`, file.fallback),
    unknown:
      parseChoice<UnknownSetting>("DOCR_UNKNOWN", env["DOCR_UNKNOWN"], ["error", "anonymous"]) ?? "error",
    traceTarget: readTraceTarget(env["DOCR_LOG"]),
  };
}

const STORE_NAMES: Readonly<Record<StoreSetting, string>> = {
  auto: "the keychain",
  keychain: "the keychain",
  file: "the age vault",
  pass: "pass",
};

/** The name of the store of API tokens and logins in messages. */
export function storeNameOf({ store }: Pick<GeneralSettings, "store">): string {
  return STORE_NAMES[store];
}

/** Whether the store is the OS keychain. */
export function isKeychain({ store }: Pick<GeneralSettings, "store">): boolean {
  return store === "auto" || store === "keychain";
}

/** Returns undefined if the text is missing or empty. Throws `bad-setting`, naming `name`. */
export function parseStore(name: string, text: string | undefined): StoreSetting | undefined {
  return parseChoice<StoreSetting>(name, text, ["auto", "keychain", "file", "pass"]);
}

function storeIdOf(store: StoreSetting, env: Environment): string {
  const home = env["HOME"] ?? "";
  switch (store) {
    case "auto":
    case "keychain":
      // Without the bus's address: a desktop session and an SSH session use the same keyring, or none.
      return `keychain ${home}`;
    case "file":
      return `file ${env["XDG_DATA_HOME"] ?? home}`;
    case "pass":
      return `pass ${env["PASSWORD_STORE_DIR"] ?? home}`;
  }
}

/** Returns undefined if the text is missing or empty. Throws `bad-setting`, naming `name`. */
export function parseFallback(name: string, text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  if (isHelperName(text)) return text;
  throw new HelperError(
    "bad-setting",
    `${name} must be the last part of another helper's name, for example osxkeychain`,
  );
}

/** What other programs accept for this, too. */
const TO_STDERR: ReadonlySet<string> = new Set(["debug", "info", "true", "1"]);
const NO_TRACE: ReadonlySet<string> = new Set(["", "false", "off", "0"]);

/** A word without a slash is no path: a misspelled `debug` would otherwise become a file in the current directory. */
function readTraceTarget(text = ""): TraceTarget | undefined {
  const word = text.toLowerCase();
  if (NO_TRACE.has(word)) return undefined;
  if (TO_STDERR.has(word)) return "stderr";
  if (/[/\\]/.test(text)) return { path: text };
  throw new HelperError("bad-setting", "DOCR_LOG must be debug, or the path of a file, with a slash in it");
}

/** Returns undefined if the text is missing or empty. Throws `bad-setting`, naming `name`, unless it is one of the choices. */
export function parseChoice<T extends string>(
  name: string,
  text: string | undefined,
  choices: readonly T[],
): T | undefined {
  if (text === undefined || text === "") return undefined;
  const choice = choices.find((one) => one === text);
  if (choice !== undefined) return choice;
  const suggestion = suggest(text, choices);
  throw new HelperError("bad-setting", `${name} must be one of ${choices.join(", ")}`, {
    ...(suggestion !== undefined && { hint: `did you mean ${suggestion}?` }),
  });
}
