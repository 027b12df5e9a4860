/** Parses and checks the keys and values of `docr config`. */
import { type ConfigFile, CONFIG_FIELDS, parseContextName } from "../../config/config-file.ts";
import { parseFallback, parseStore } from "../../config/general.ts";
import { isRegistryName } from "../../core/address.ts";
import { HelperError, isHelperError } from "../../core/errors.ts";
import { suggest } from "../../core/suggestion.ts";

/** A setting by its key: `store`, or `contexts.acme` for one registry. */
export interface Setting {
  readonly key: string;
  /** The field's path in the file. */
  readonly path: readonly [string] | readonly ["contexts", string];
  /** The variable that takes precedence over the setting. Undefined if there is none. */
  readonly variable: string | undefined;
}

/** The keys, for help and completion. */
export const SETTING_KEYS = ["context", "contexts.REGISTRY", "fallback", "store"] as const;

const VARIABLES: Readonly<Record<string, string>> = {
  context: "DIGITALOCEAN_CONTEXT",
  fallback: "DOCR_FALLBACK",
  store: "DOCR_STORE",
};

/** The settings that exist only as a variable. */
const ONLY_VARIABLES: Readonly<Record<string, string>> = {
  registry: "DOCR_REGISTRY",
  access: "DOCR_ACCESS",
  ttl: "DOCR_TTL",
  cache: "DOCR_CACHE",
  log: "DOCR_LOG",
};

/** Throws `mistyped` or `bad-arguments` for an unknown key. */
export function parseSettingKey(key: string): Setting {
  const [field = "", ...rest] = key.split(".");
  if (field === "contexts") {
    const registry = rest.join(".");
    if (isRegistryName(registry)) return { key, path: ["contexts", registry], variable: undefined };
    throw new HelperError("bad-arguments", "contexts requires a registry's name: contexts.REGISTRY", {
      hint: "for example: docr config set contexts.acme work",
    });
  }
  const variable = VARIABLES[key];
  if (variable !== undefined && Object.hasOwn(VARIABLES, key)) return { key, path: [key], variable };
  throw unknownKey(key);
}

function unknownKey(key: string): HelperError {
  const lower = key.toLowerCase();
  const variable = Object.hasOwn(ONLY_VARIABLES, lower) ? ONLY_VARIABLES[lower] : undefined;
  const named = Object.values(VARIABLES).includes(key)
    ? Object.keys(VARIABLES).find((one) => VARIABLES[one] === key)
    : undefined;
  if (variable !== undefined) {
    return new HelperError("bad-arguments", `the configuration file has no ${lower}`, {
      hint: `set ${variable}`,
    });
  }
  const suggestion = named ?? suggest(lower, CONFIG_FIELDS);
  // The key may be a secret by mistake, so the message shows it only if it looks like a key.
  const shown = /^[A-Za-z][A-Za-z_.-]{0,39}$/.test(key) ? ` '${key}'` : "";
  if (suggestion !== undefined) {
    return new HelperError("mistyped", `unknown setting${shown}; did you mean ${suggestion}?`);
  }
  return new HelperError("bad-arguments", `unknown setting${shown}`, {
    hint: `the settings are ${SETTING_KEYS.slice(0, -1).join(", ")} and ${SETTING_KEYS.at(-1)}`,
  });
}

/** Returns the value to write into the file. Throws `bad-arguments` if docr could not read it back. */
export function parseSettingValue({ key, path: [field] }: Setting, value: string): string {
  if (value === "") {
    throw new HelperError("bad-arguments", `${key} must not be empty`, {
      hint: `run docr config unset ${key}`,
    });
  }
  if (field === "context" || field === "contexts") return parseContextName(value, key, "bad-arguments");
  try {
    if (field === "store") parseStore(key, value);
    else parseFallback(key, value);
    return value;
  } catch (error) {
    if (!isHelperError(error, "bad-setting")) throw error;
    throw new HelperError("bad-arguments", error.message, {
      cause: error,
      ...(error.hint !== undefined && { hint: error.hint }),
    });
  }
}

/** Returns undefined if the file does not contain the setting. */
export function valueIn(file: ConfigFile, { path: [field, registry] }: Setting): string | undefined {
  if (field === "contexts") {
    const { contexts = {} } = file;
    return registry !== undefined && Object.hasOwn(contexts, registry) ? contexts[registry] : undefined;
  }
  return { context: file.context, fallback: file.fallback, store: file.store }[field];
}

export function settingsIn(
  file: ConfigFile,
): readonly { readonly setting: Setting; readonly value: string }[] {
  const keys = [
    "context",
    ...Object.keys(file.contexts ?? {}).map((registry) => `contexts.${registry}`),
    "fallback",
    "store",
  ];
  return keys.flatMap((key) => {
    const setting = parseSettingKey(key);
    const value = valueIn(file, setting);
    return value === undefined ? [] : [{ setting, value }];
  });
}
