import type { Machine } from "../core/machine.ts";
import { HelperError } from "../core/errors.ts";
import { type AuthEntry, decodeAuth } from "./auth-entry.ts";
import { type ClientFile, readClientFile } from "./client-file.ts";
import { entriesOf, fieldsOf, parseFields } from "./go-fields.ts";
import { dockerConfigPath, shownPath } from "./paths.ts";
import { hasProgram } from "../system/executables.ts";
import { loginOf, type Step, type StoredLogin, tokenLogin } from "./step.ts";

const VARIABLE = "DOCKER_AUTH_CONFIG";

/** Where docker looks for a login under the key, and the warnings that it would print. */
export interface DockerLookup {
  /** docker takes the first alone, whatever it holds. */
  readonly steps: readonly Step[];
  /** The file that decides where there is none. */
  readonly source: string;
  readonly warnings: readonly string[];
}

/**
 * As docker's command line does (docker/cli, cli/config): the variable wins where it has the key (from docker 28.3 on),
 * then a helper for the host, then the helper for all, then the file's own logins. Throws `client-config`.
 */
export function lookUpInDocker(machine: Machine, key: string): DockerLookup {
  const variable = readVariable(machine.env[VARIABLE] ?? "");
  const warnings =
    variable === undefined ? [`${VARIABLE} is not as docker takes it, and docker passes over it`] : [];
  const path = dockerConfigPath(machine);
  const source = path === undefined ? "~/.docker/config.json" : shownPath(path, machine);
  const login = variable?.get(key);
  if (login) return { steps: [{ kind: "auths", source: VARIABLE, key, login }], source: VARIABLE, warnings };
  const file = (path === undefined ? undefined : readClientFile(path, source)) ?? EMPTY;
  checkAuths(file, source);
  const step = stepIn(file, source, key, machine);
  return { steps: step === undefined ? [] : [step], source, warnings };
}

const EMPTY: ClientFile = { auths: new Map(), credHelpers: new Map(), credsStore: undefined };

function stepIn(file: ClientFile, source: string, key: string, machine: Machine): Step | undefined {
  const ofHost = file.credHelpers.get(key);
  if (ofHost !== undefined && ofHost !== "") return { kind: "credHelpers", source, key, helper: ofHost };
  // One that is there and empty takes the host out of credsStore.
  const forAll = ofHost === "" ? undefined : file.credsStore;
  if (forAll !== undefined) return { kind: "credsStore", source, key, helper: forAll };
  const byDefault = defaultStore(file, machine);
  if (byDefault !== undefined) {
    return { kind: "credsStore", source: "docker's default for this platform", key, helper: byDefault };
  }
  const found = findEntry(file.auths, key);
  const login = found && storedLogin(found);
  return login && { kind: "auths", source, key, login };
}

/** docker reads the logins of the whole file at once, and none of them where one is broken. */
function checkAuths(file: ClientFile, source: string): void {
  if ([...file.auths.values()].every((entry) => entry.fault === undefined)) return;
  throw new HelperError("client-config", `${source} has an auth that is not base64 of user:password`);
}

function findEntry(auths: ReadonlyMap<string, AuthEntry>, key: string): AuthEntry | undefined {
  // Docker's first versions kept logins under URLs.
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
function storedLogin({ login, plain, identityToken, registryToken }: AuthEntry): StoredLogin | undefined {
  if (registryToken) return { credential: undefined, identityToken: undefined, registryToken };
  if (identityToken) return tokenLogin(identityToken);
  const credential = login ?? plain;
  return credential && loginOf(credential);
}

/** Where the file says nothing about logins at all, docker takes the platform's helper if it is installed. */
export function defaultStore(file: ClientFile, machine: Machine): string | undefined {
  if (file.auths.size > 0 || file.credHelpers.size > 0 || file.credsStore !== undefined) return undefined;
  const others = { darwin: "osxkeychain", win32: "wincred" }[machine.platform];
  const store = others ?? (hasProgram("pass", machine) ? "pass" : "secretservice");
  return hasProgram(`docker-credential-${store}`, machine) ? store : undefined;
}

/** The variable's logins by key: `auths` alone, each with `auth` alone. Undefined where docker would pass over it. */
export function readVariable(text: string): ReadonlyMap<string, StoredLogin> | undefined {
  if (text === "") return new Map();
  const fields = parseFields(text);
  const auths = entriesOf(fields?.get("auths"));
  if (!fields || !auths || !hasOnly(fields, "auths")) return undefined;
  const logins = new Map<string, StoredLogin>();
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
