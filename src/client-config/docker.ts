import type { Machine } from "../core/machine.ts";
import { HelperError } from "../core/errors.ts";
import { printable } from "../core/text.ts";
import { hasProgram } from "../system/executables.ts";
import { type AuthEntry, decodeAuth } from "./auth-entry.ts";
import { type ClientFile, parseSnapshot, readClientFile } from "./client-file.ts";
import type { FileSnapshot } from "./edit/snapshot.ts";
import { loginOf } from "./client-login.ts";
import { entriesOf, fieldsOf, parseFields } from "./go-fields.ts";
import { dockerConfigPath, pathLabel } from "./paths.ts";
import { type ClientTexts, ON_DISK } from "./texts.ts";
import type { ClientLogin, FileStep, HelperStep } from "./types.ts";

const VARIABLE = "DOCKER_AUTH_CONFIG";

/** Where docker looks for a login under one key, and the warnings that it would print. */
export interface DockerLookup {
  /** The only place where docker looks. Undefined if nothing is configured for the key. */
  readonly step: FileStep | HelperStep | undefined;
  /** The variable or file with the setting. If there is no step, docker's file. */
  readonly source: string;
  readonly warnings: readonly string[];
}

/**
 * Looks up the key in docker's order (docker/cli, cli/config): the variable (docker 28.3 and later), the helper for the
 * host, the helper for all hosts, the logins in the file. Throws `client-config`.
 */
export function lookUpInDocker(machine: Machine, key: string, texts: ClientTexts = ON_DISK): DockerLookup {
  const variable = readVariable(machine.env[VARIABLE] ?? "");
  const warnings = variable === undefined ? [`docker ignores ${VARIABLE} because it is invalid`] : [];
  const path = dockerConfigPath(machine);
  const source = path === undefined ? "~/.docker/config.json" : pathLabel(path, machine);
  const login = variable?.get(key);
  if (login) return { step: { kind: "file", source: VARIABLE, key, login }, source: VARIABLE, warnings };
  const file = (path === undefined ? undefined : readClientFile(path, source, texts)) ?? EMPTY;
  return {
    step: stepIn(file, source, key, defaultStore(file, machine)),
    source,
    warnings: [...warnings, ...faultWarnings(file, source)],
  };
}

/** Looks up the key only in this file, without the variable and the platform's helper. Throws `client-config` if the file is missing. */
export function lookUpInFile(machine: Machine, key: string, path: string): DockerLookup {
  const file = readNamedFile(machine, path);
  const source = pathLabel(path, machine);
  return { step: stepIn(file, source, key, undefined), source, warnings: faultWarnings(file, source) };
}

/** A file that the user named. Throws `client-config` if it is missing. */
export function readNamedFile(machine: Machine, path: string): ClientFile {
  const label = pathLabel(path, machine);
  const file = readClientFile(path, label);
  if (file) return file;
  throw new HelperError("client-config", `${label} does not exist`, { hint: "name a file with logins" });
}

const EMPTY: ClientFile = { auths: new Map(), credHelpers: new Map(), credsStore: undefined };

function stepIn(
  file: ClientFile,
  source: string,
  key: string,
  platformStore: string | undefined,
): DockerLookup["step"] {
  const hostHelper = file.credHelpers.get(key);
  if (hostHelper !== undefined && hostHelper !== "") {
    return { kind: "helper", setting: "credHelpers", source, key, helper: hostHelper };
  }
  // An empty name in credHelpers excludes the host from credsStore.
  const store = hostHelper === "" ? undefined : file.credsStore;
  if (store !== undefined) return { kind: "helper", setting: "credsStore", source, key, helper: store };
  if (platformStore !== undefined) {
    const byDefault = "docker's default for this platform";
    return { kind: "helper", setting: "credsStore", source: byDefault, key, helper: platformStore };
  }
  const entry = findEntry(file.auths, key);
  const login = entry && storedLogin(entry);
  return login && { kind: "file", source, key, login };
}

/** If docker cannot decode a login, it prints a warning and continues. */
function faultWarnings({ auths }: ClientFile, source: string): readonly string[] {
  const hosts = [...auths].flatMap(([host, { fault }]) => (fault === undefined ? [] : [printable(host)]));
  return hosts.length === 0
    ? []
    : [
        `docker ignores the login for ${hosts.join(", ")} in ${source}: its auth is not base64 of user:password`,
      ];
}

function findEntry(auths: ReadonlyMap<string, AuthEntry>, key: string): AuthEntry | undefined {
  // Docker's first versions stored logins under URLs.
  return auths.get(key) ?? [...auths].find(([written]) => hostnameOf(written) === key)?.[1];
}

/** The host and port of a key that may be a URL (docker/cli, ConvertToHostname). */
export function hostnameOf(key: string): string {
  const scheme = key.indexOf("://");
  const rest = scheme < 0 ? key : key.slice(scheme + 3);
  const slash = rest.indexOf("/");
  return slash < 0 ? rest : rest.slice(0, slash);
}

/** docker's engine prefers a registry token, then an identity token. */
function storedLogin(entry: AuthEntry): ClientLogin | undefined {
  if (entry.registryToken) return { kind: "registry-token", token: entry.registryToken };
  if (entry.identityToken) return { kind: "identity-token", token: entry.identityToken };
  if (entry.fault !== undefined) return undefined;
  const credential = entry.login ?? entry.plain;
  return credential && loginOf(credential);
}

/** Like `defaultStore`, for a snapshot of docker's file. Throws `client-config` if docker would reject the file. */
export function dockerDefault(file: FileSnapshot, machine: Machine): string | undefined {
  return defaultStore(parseSnapshot(file), machine);
}

/** Returns the platform's helper if docker would use it: it is installed, and the file has no setting about logins. */
export function defaultStore(file: ClientFile, machine: Machine): string | undefined {
  if (file.auths.size > 0 || file.credHelpers.size > 0 || file.credsStore !== undefined) return undefined;
  const others = { darwin: "osxkeychain", win32: "wincred" }[machine.platform];
  const store = others ?? (hasProgram("pass", machine) ? "pass" : "secretservice");
  return hasProgram(`docker-credential-${store}`, machine) ? store : undefined;
}

/**
 * Returns the variable's logins by key, or undefined if docker would ignore the variable. docker accepts only `auths` there, and in
 * each entry only `auth`.
 */
export function readVariable(text: string): ReadonlyMap<string, ClientLogin> | undefined {
  if (text === "") return new Map();
  const fields = parseFields(text);
  const auths = entriesOf(fields?.get("auths"));
  if (!fields || !auths || !hasOnly(fields, "auths")) return undefined;
  const logins = new Map<string, ClientLogin>();
  for (const [key, entry] of auths) {
    const parts = fieldsOf(entry);
    const auth = parts?.get("auth");
    if (!parts || typeof auth !== "string" || !hasOnly(parts, "auth")) return undefined;
    const { login, fault } = decodeAuth(auth);
    if (!login || fault !== undefined) return undefined;
    logins.set(key, loginOf(login));
  }
  return logins;
}

function hasOnly(fields: ReadonlyMap<string, unknown>, name: string): boolean {
  return [...fields.keys()].every((one) => one === name);
}
