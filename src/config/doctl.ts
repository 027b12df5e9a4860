import { parse, YAMLParseError } from "yaml";
import { parseApiToken, type ApiToken } from "../core/api-token.ts";
import { HelperError } from "../core/errors.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import type { Machine } from "../core/machine.ts";
import { doctlConfigPath, readDoctlConfig } from "./doctl-path.ts";

/**
 * Returns the API token that doctl would use for the context, by default for doctl's current one. `fingerprint` becomes part of the
 * token's origin. Returns undefined if doctl has no config file or no such context. Throws `bad-api-token` if the token is malformed
 * or the file is not YAML.
 */
export function findDoctlToken(
  machine: Machine,
  context: string | undefined,
  fingerprint: string,
): ApiToken | undefined {
  const text = readDoctlConfig(machine);
  if (text === undefined) return undefined;
  const config = parseConfig(text, machine);
  const chosen = (context ?? textOf(config["context"]) ?? "default").toLowerCase();
  const contexts = config["auth-contexts"];
  const named = isJsonObject(contexts) ? tokenOf(contexts, chosen) : undefined;
  const token = chosen === "default" ? (textOf(config["access-token"]) ?? named) : named;
  // doctl writes an empty access-token before the first login.
  if (token === undefined || token === "") return undefined;
  return parseApiToken(
    token,
    { kind: "doctl", account: "", fingerprint },
    `doctl's config (context ${printable(chosen)})`,
  );
}

/** doctl's contexts, in lower case. */
export interface DoctlContexts {
  /** Contexts with a token; the current one first. */
  readonly names: readonly string[];
  /** doctl's current context. It may have no token. */
  readonly current: string;
}

/** Throws like `findDoctlToken`. */
export function listDoctlContexts(machine: Machine): DoctlContexts {
  const text = readDoctlConfig(machine);
  if (text === undefined) return { names: [], current: "default" };
  const config = parseConfig(text, machine);
  const current = (textOf(config["context"]) ?? "default").toLowerCase();
  const named = isJsonObject(config["auth-contexts"]) ? config["auth-contexts"] : {};
  const found = Object.entries({ default: config["access-token"], ...named })
    .filter(([, token]) => textOf(token))
    .map(([name]) => printable(name.toLowerCase()));
  const names = [...new Set(found)].toSorted();
  return { names: names.toSorted((a, b) => Number(b === current) - Number(a === current)), current };
}

function parseConfig(text: string, machine: Machine): JsonObject {
  let value: unknown;
  try {
    value = parse(text, { logLevel: "error", maxAliasCount: 10 });
  } catch (error) {
    // Do not set `cause`: the parser's message quotes lines of the file, which may contain the token.
    const [start] = error instanceof YAMLParseError ? (error.linePos ?? []) : [];
    const line = start ? ` (line ${start.line})` : "";
    throw new HelperError("bad-api-token", `doctl's config is not valid YAML${line}`, {
      hint: `correct ${doctlConfigPath(machine) ?? "the file"}`,
    });
  }
  return isJsonObject(value) ? value : {};
}

/** Compares the names in lower case, like doctl's library (viper). */
function tokenOf(contexts: JsonObject, chosen: string): string | undefined {
  const found = Object.entries(contexts).find(([name]) => name.toLowerCase() === chosen);
  return textOf(found?.[1]);
}

function printable(name: string): string {
  return name.replace(/[^a-z0-9._-]/g, "?");
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
