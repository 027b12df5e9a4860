import { isRegistryName, parseAddress } from "../core/address.ts";
import { hasApiTokenFormat, parseApiToken, type ApiToken } from "../core/api-token.ts";
import { limited } from "../core/lifetime.ts";
import { HelperError } from "../core/errors.ts";
import type { Environment, Machine } from "../core/machine.ts";
import type { AccessSetting, CacheSetting, RegistrySettings } from "../credentials/minting/settings.ts";
import { API_TOKEN_VARIABLES } from "../response-cache/shared/api-token-variables.ts";
import { parseBaseUrl } from "./base-url.ts";
import { parseContextName, type ConfigFile } from "./config-file.ts";
import { parseChoice } from "./general.ts";
import { readTokenFile } from "./token-file.ts";

const DEFAULT_API = "https://api.digitalocean.com";
const DEFAULT_OAUTH = "https://cloud.digitalocean.com";
const DEFAULT_TTL_SECONDS = 3600;
/** A kubelet asks again after half of it: every 6 hours. */
const NODE_TTL_SECONDS = 12 * 3600;
const SHORTEST_TTL_SECONDS = 60;
const LONGEST_TTL_SECONDS = 30 * 24 * 3600;

/**
 * Reads the settings for DigitalOcean's registry from the environment and the config file. An empty variable counts as not set,
 * except for an API token: usually a CI job did not get its secret, and docr must report that. `storeId` comes from the general
 * settings. Throws `bad-setting` or `bad-api-token`, naming the variable and its valid values.
 */
export function readRegistrySettings(machine: Machine, file: ConfigFile, storeId = ""): RegistrySettings {
  const { env } = machine;
  const context = env["DIGITALOCEAN_CONTEXT"];
  return {
    apiUrl: parseBaseUrl("DIGITALOCEAN_API_URL", env["DIGITALOCEAN_API_URL"]) ?? DEFAULT_API,
    oauthUrl: readOauthUrl(env),
    apiToken: readApiToken(machine),
    registry: readRegistry(env["DOCR_REGISTRY"]),
    context: context ? parseContextName(context, "DIGITALOCEAN_CONTEXT") : file.context,
    contexts: file.contexts ?? {},
    storeId,
    access: readAccess(env["DOCR_ACCESS"]),
    lifetime: limited(1000 * readTtl(env["DOCR_TTL"])),
    cache: readCache(env["DOCR_CACHE"]),
  };
}

/** The same for the credentials of a node: they are for pulls only, and live longer by default. */
export function readNodeSettings(machine: Machine, file: ConfigFile): RegistrySettings {
  const settings = readRegistrySettings(machine, file);
  const seconds = readTtl(machine.env["DOCR_TTL"], NODE_TTL_SECONDS);
  return { ...settings, access: "read-only", lifetime: limited(1000 * seconds) };
}

/** Throws `bad-setting` for a wrong DIGITALOCEAN_OAUTH_URL. Other settings may be wrong. */
export function readOauthUrl(env: Environment): string {
  return parseBaseUrl("DIGITALOCEAN_OAUTH_URL", env["DIGITALOCEAN_OAUTH_URL"]) ?? DEFAULT_OAUTH;
}

/** A place in the environment where an API token may be. */
export interface EnvironmentToken {
  /** The variable's name. */
  readonly name: string;
  /** Undefined if the variable is not set. Throws `bad-api-token`. */
  read(): ApiToken | undefined;
}

/**
 * In order of precedence: doctl's variable, the variable of pydo and Terraform, the file. If DIGITALOCEAN_API_URL is set, a token may have
 * any form: a proxy there may accept the token of an identity provider. Each call reads the file again, because such a token changes.
 */
export function environmentTokens({ env, uid }: Machine): readonly EnvironmentToken[] {
  const form = env["DIGITALOCEAN_API_URL"] ? "any" : "digitalocean";
  const origin = { kind: "environment" } as const;
  const variables = API_TOKEN_VARIABLES.map((name) => ({
    name,
    read(): ApiToken | undefined {
      const text = env[name];
      return text === undefined ? undefined : parseApiToken(text, origin, name, form);
    },
  }));
  const name = "DIGITALOCEAN_ACCESS_TOKEN_FILE";
  const file = {
    name,
    read(): ApiToken | undefined {
      const path = env[name];
      if (path === undefined || path === "") return undefined;
      const token = parseApiToken(readTokenFile(path, uid, name), origin, `the file in ${name}`, form);
      return hasApiTokenFormat(token.secret) ? token : { ...token, changingFile: path };
    },
  };
  return [...variables, file];
}

/** The environment's API token. Throws `bad-api-token`. */
export function readApiToken(machine: Machine): ApiToken | undefined {
  for (const place of environmentTokens(machine)) {
    const token = place.read();
    if (token) return token;
  }
  return undefined;
}

function readRegistry(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  if (isRegistryName(text)) return text;
  // Also accept an address, as docker uses it: registry.digitalocean.com/NAME.
  const address = parseAddress(text);
  const named = address.kind === "digitalocean" ? address.registry : undefined;
  if (named !== undefined && isRegistryName(named)) return named;
  throw new HelperError("bad-setting", "DOCR_REGISTRY must be a registry's name: 1 to 63 of a-z, 0-9 and -");
}

function readAccess(text: string | undefined): AccessSetting {
  return parseChoice<AccessSetting>("DOCR_ACCESS", text, ["auto", "read-only", "read-write"]) ?? "auto";
}

function readCache(text: string | undefined): CacheSetting {
  return parseChoice<NonNullable<CacheSetting>>("DOCR_CACHE", text, ["runtime", "keychain", "none"]);
}

function readTtl(text: string | undefined, defaultSeconds = DEFAULT_TTL_SECONDS): number {
  if (text === undefined || text === "") return defaultSeconds;
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= SHORTEST_TTL_SECONDS && seconds <= LONGEST_TTL_SECONDS) return seconds;
  throw new HelperError(
    "bad-setting",
    `DOCR_TTL must be a whole number of seconds from ${SHORTEST_TTL_SECONDS} to ${LONGEST_TTL_SECONDS}`,
  );
}
