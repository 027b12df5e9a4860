import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { HelperError } from "../core/errors.ts";
import { parseApiToken, type ApiToken } from "../core/api-token.ts";
import { doctlConfigPath } from "./doctl-path.ts";
import type { Machine } from "../core/machine.ts";

/**
 * The API token that doctl would use: of the named context, else of the one that doctl has switched to. Undefined where
 * doctl has no config, or no such context. Throws `bad-api-token` for a token that is none, and for a file that
 * is not YAML.
 */
export function findDoctlToken(machine: Machine, context: string | undefined): ApiToken | undefined {
  const text = readDoctlConfig(machine);
  if (text === undefined) return undefined;
  const config = parseYaml(text);
  const chosen = (context ?? textOf(config["context"]) ?? "default").toLowerCase();
  const contexts = config["auth-contexts"];
  const named = isObject(contexts) ? entryOf(contexts, chosen) : undefined;
  const token = chosen === "default" ? (textOf(config["access-token"]) ?? named) : named;
  // doctl writes an empty access-token on a machine where nobody has logged in.
  if (token === undefined || token === "") return undefined;
  return parseApiToken(
    token,
    { kind: "doctl", account: "", fingerprint: "" },
    `doctl's config (context ${chosen.replace(/[^a-z0-9._-]/g, "?")})`,
  );
}

/** doctl's contexts, in lower case. */
export interface DoctlContexts {
  /** Those that doctl has a token for, the one that it has switched to first. */
  readonly names: readonly string[];
  /** The one that it has switched to, which may have no token. */
  readonly current: string;
}

/** Throws like findDoctlToken. */
export function listDoctlContexts(machine: Machine): DoctlContexts {
  const text = readDoctlConfig(machine);
  if (text === undefined) return { names: [], current: "default" };
  const config = parseYaml(text);
  const current = (textOf(config["context"]) ?? "default").toLowerCase();
  const named = isObject(config["auth-contexts"]) ? config["auth-contexts"] : {};
  const found = Object.entries({ default: config["access-token"], ...named })
    .filter(([, token]) => textOf(token))
    .map(([name]) => name.toLowerCase().replace(/[^a-z0-9._-]/g, "?"));
  const names = [...new Set(found)].toSorted();
  return { names: names.toSorted((a, b) => Number(b === current) - Number(a === current)), current };
}

function readDoctlConfig(machine: Machine): string | undefined {
  const path = doctlConfigPath(machine);
  try {
    return path === undefined ? undefined : readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function parseYaml(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parse(text, { logLevel: "error", maxAliasCount: 10 });
  } catch {
    // No cause: the parser quotes the lines around the mistake, and one of them can be the token.
    throw new HelperError("bad-api-token", "doctl's config is not YAML");
  }
  return isObject(value) ? value : {};
}

/** doctl's library (viper) compares the names in lower case. */
function entryOf(contexts: Record<string, unknown>, chosen: string): string | undefined {
  const found = Object.entries(contexts).find(([name]) => name.toLowerCase() === chosen);
  return textOf(found?.[1]);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
