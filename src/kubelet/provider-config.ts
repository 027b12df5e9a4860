/**
 * The kubelet's CredentialProviderConfig. The kubelet reads it once, at its start. It reports most mistakes in one line of the journal,
 * and patterns that match no image not at all.
 */
import { parseAllDocuments } from "yaml";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import { parseGoDuration } from "./go-duration.ts";
import { configError, type ConfigProblem, stringsIn, unknownFields } from "./config-problem.ts";
import { checkPattern } from "./pattern-problems.ts";
import { type ApiVersion, API_VERSIONS } from "./request.ts";
import { checkTokenAttributes, CONFIG_API_VERSION } from "./token-attributes.ts";

/** One provider, as far as it is needed to run it. */
export interface ProviderConfig {
  readonly name: string;
  readonly matchImages: readonly string[];
  readonly apiVersion: ApiVersion;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface ParsedConfig {
  /** Without those that cannot be run. */
  readonly providers: readonly ProviderConfig[];
  readonly problems: readonly ConfigProblem[];
}

const KIND = "CredentialProviderConfig";
const CONFIG_VERSIONS = [CONFIG_API_VERSION, `${CONFIG_API_VERSION}beta1`, `${CONFIG_API_VERSION}alpha1`];
const CONFIG_FIELDS = ["apiVersion", "kind", "providers"];
const PROVIDER_FIELDS = [
  "name",
  "matchImages",
  "defaultCacheDuration",
  "apiVersion",
  "args",
  "env",
  "tokenAttributes",
];
const ENV_FIELDS: ReadonlySet<string> = new Set(["name", "value"]);

/** More than a configuration needs, and too few to expand to a huge value. */
const MOST_ALIASES = 100;

/** Parses one file in YAML or JSON. */
export function parseProviderConfig(text: string): ParsedConfig {
  const documents = parseAllDocuments(text, { uniqueKeys: true, logLevel: "error" });
  const [document, ...others] = Array.isArray(documents) ? documents : [];
  if (!document || others.length > 0)
    return rejected("the file is not one document", "put each in a file of its own");
  const [syntax] = document.errors;
  if (syntax) {
    const line = syntax.linePos?.[0].line;
    return rejected(
      `line ${line ?? "?"}: ${syntax.code.toLowerCase().replaceAll("_", " ")}`,
      "correct the line",
    );
  }
  const config = valueOf(document);
  if (config === UNRESOLVED) return rejected("an alias cannot be resolved", "write the value in its place");
  if (!isJsonObject(config)) return rejected("the file is not an object", "start from docr kubelet config");
  return checkConfig(config);
}

const UNRESOLVED = Symbol("unresolved");

/** Returns `UNRESOLVED` if an alias names a missing anchor, or if the aliases would expand to a huge value. */
function valueOf(document: { readonly toJS: (options: { maxAliasCount: number }) => unknown }): unknown {
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch {
    return UNRESOLVED;
  }
}

/** The problems of several files that the kubelet merges. */
export function findDuplicates(providers: readonly ProviderConfig[]): readonly ConfigProblem[] {
  const names = providers.map(({ name }) => name);
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...twice].map((name) =>
    configError(`the name ${name} occurs twice`, "give each provider its own name"),
  );
}

function rejected(what: string, next: string): ParsedConfig {
  return { providers: [], problems: [configError(what, next)] };
}

function checkConfig(config: JsonObject): ParsedConfig {
  const problems: ConfigProblem[] = [...unknownFields(config, CONFIG_FIELDS, "")];
  const { apiVersion, kind, providers } = config;
  if (kind !== KIND) problems.push(configError(`kind is not ${KIND}`, `set kind: ${KIND}`));
  const version = CONFIG_VERSIONS.find((one) => one === apiVersion);
  if (version === undefined) {
    problems.push(
      configError(`apiVersion is not ${CONFIG_API_VERSION}`, `set apiVersion: ${CONFIG_API_VERSION}`),
    );
  }
  const list = Array.isArray(providers) ? providers : [];
  if (list.length === 0) problems.push(configError("providers is empty", "start from docr kubelet config"));
  const found: ProviderConfig[] = [];
  for (const [index, one] of list.entries()) {
    const place = `providers[${index}]`;
    if (!isJsonObject(one)) {
      problems.push(configError(`${place} is not an object`, "start from docr kubelet config"));
      continue;
    }
    problems.push(...checkProvider(one, place, version !== CONFIG_API_VERSION));
    const provider = providerOf(one);
    if (provider) found.push(provider);
  }
  return { providers: found, problems };
}

/** `isOld`: the configuration's version has no tokenAttributes. */
function checkProvider(provider: JsonObject, place: string, isOld: boolean): readonly ConfigProblem[] {
  const {
    name,
    matchImages,
    defaultCacheDuration: duration,
    apiVersion,
    args,
    env,
    tokenAttributes,
  } = provider;
  const problems: ConfigProblem[] = [...unknownFields(provider, PROVIDER_FIELDS, `${place}.`)];
  const add = (field: string, what: string, next: string): void =>
    void problems.push(configError(`${place}.${field} ${what}`, next));
  if (typeof name !== "string" || name === "") add("name", "is missing", "set it to the program's file name");
  else if (/[/ ]/.test(name) || name === "." || name === "..") {
    add("name", "contains a slash or a space, or is . or ..", "set it to the program's file name");
  }
  if (!API_VERSIONS.some((one) => one === apiVersion)) {
    add("apiVersion", `is not ${API_VERSIONS[0]}`, `set apiVersion: ${API_VERSIONS[0]}`);
  }
  const images = stringsIn(matchImages);
  if (!images || images.length === 0)
    add("matchImages", "is not a list of patterns", "list the registry's host");
  for (const pattern of images ?? []) problems.push(...checkPattern(pattern));
  const ms = typeof duration === "string" ? parseGoDuration(duration) : undefined;
  if (ms === undefined || ms < 0) {
    add("defaultCacheDuration", "is missing or not a duration of 0s or more", "set defaultCacheDuration: 0s");
  }
  if (args !== undefined && !stringsIn(args)) add("args", "is not a list of strings", "quote each argument");
  if (env !== undefined && !environmentOf(env)) {
    add("env", "is not a list of name and value, both strings", "write each as {name: NAME, value: VALUE}");
  }
  if (tokenAttributes !== undefined) {
    problems.push(
      ...checkTokenAttributes(tokenAttributes, `${place}.tokenAttributes`, { apiVersion, isOld }),
    );
  }
  return problems;
}

function providerOf(provider: JsonObject): ProviderConfig | undefined {
  const { name, matchImages, apiVersion, args = [], env = [] } = provider;
  const version = API_VERSIONS.find((one) => one === apiVersion);
  const [images, words, variables] = [stringsIn(matchImages), stringsIn(args), environmentOf(env)];
  if (typeof name !== "string" || !/^[^/\s]+$/.test(name) || version === undefined) return undefined;
  if (!images || !words || !variables) return undefined;
  return { name, matchImages: images, apiVersion: version, args: words, env: variables };
}

function environmentOf(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!Array.isArray(value)) return undefined;
  const pairs: [string, string][] = [];
  for (const one of value) {
    if (!isJsonObject(one) || Object.keys(one).some((field) => !ENV_FIELDS.has(field))) return undefined;
    const { name, value: text } = one;
    if (typeof name !== "string" || typeof text !== "string") return undefined;
    pairs.push([name, text]);
  }
  return Object.fromEntries(pairs);
}
