import { HelperError } from "../errors.ts";
import type { AccessSetting, CacheSetting, Settings } from "../helper/settings.ts";
import { isRegistryName } from "../registry/address.ts";
import { parseApiToken, type ApiToken } from "../registry/api-token.ts";
import { parseBaseUrl } from "./base-url.ts";

/** Environment variables by name, as the process got them. */
export type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_TTL_SECONDS = 3600;
const SHORTEST_TTL_SECONDS = 60;
const LONGEST_TTL_SECONDS = 30 * 24 * 3600;

/**
 * What the environment says. A variable that is set to nothing counts as not set, but for the API token: an
 * empty one is most often a secret that a CI job was not given, and going on without it would hide that.
 * Throws `bad-setting` or `bad-api-token`, naming the variable and what it takes.
 */
export function readSettings(env: Environment): Settings {
  return {
    apiUrl:
      parseBaseUrl("DIGITALOCEAN_API_URL", env["DIGITALOCEAN_API_URL"]) ?? "https://api.digitalocean.com",
    oauthUrl:
      parseBaseUrl("DIGITALOCEAN_OAUTH_URL", env["DIGITALOCEAN_OAUTH_URL"]) ??
      "https://cloud.digitalocean.com",
    apiToken: readApiToken(env),
    registry: readRegistry(env["DOCR_REGISTRY"]),
    access:
      oneOf<AccessSetting>("DOCR_ACCESS", env["DOCR_ACCESS"], ["auto", "read-only", "read-write"]) ?? "auto",
    ttlSeconds: readTtl(env["DOCR_TTL"]),
    cache: oneOf<NonNullable<CacheSetting>>("DOCR_CACHE", env["DOCR_CACHE"], ["runtime", "keychain", "none"]),
  };
}

/** doctl's variable first, then the one of pydo and Terraform. */
function readApiToken(env: Environment): ApiToken | undefined {
  for (const name of ["DIGITALOCEAN_ACCESS_TOKEN", "DIGITALOCEAN_TOKEN"]) {
    const text = env[name];
    if (text !== undefined) return parseApiToken(text, name);
  }
  return undefined;
}

function readRegistry(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  if (isRegistryName(text)) return text;
  throw new HelperError(
    "bad-setting",
    "DOCR_REGISTRY must be the name of a registry: 1 to 63 of a-z, 0-9 and -",
  );
}

function readTtl(text: string | undefined): number {
  if (text === undefined || text === "") return DEFAULT_TTL_SECONDS;
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= SHORTEST_TTL_SECONDS && seconds <= LONGEST_TTL_SECONDS) return seconds;
  throw new HelperError(
    "bad-setting",
    `DOCR_TTL must be a whole number of seconds from ${SHORTEST_TTL_SECONDS} to ${LONGEST_TTL_SECONDS}`,
  );
}

function oneOf<T extends string>(
  name: string,
  text: string | undefined,
  choices: readonly T[],
): T | undefined {
  if (text === undefined || text === "") return undefined;
  const choice = choices.find((one) => one === text);
  if (choice !== undefined) return choice;
  throw new HelperError("bad-setting", `${name} must be one of ${choices.join(", ")}`);
}
