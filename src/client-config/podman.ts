import type { Machine } from "../core/machine.ts";
import { HelperError, isHelperError } from "../core/errors.ts";
import type { AuthEntry } from "./auth-entry.ts";
import { type ClientFile, readClientFile } from "./client-file.ts";
import { loginOf } from "./client-login.ts";
import { podmanAuthPaths, pathLabel } from "./paths.ts";
import { AUTH_FILES, readCredentialHelpers } from "./registries-conf.ts";
import { type ClientTexts, ON_DISK } from "./texts.ts";
import type { ClientLogin, Step } from "./types.ts";

/** The image or host for which podman looks for a login. */
export interface PodmanQuestion {
  /** The registry's host. podman sends only the host to helpers. */
  readonly host: string;
  /** The image's repository, to find logins under `host/path`. Undefined to look only for the host. */
  readonly repository: string | undefined;
}

/**
 * Yields the places where podman, skopeo and buildah look, in order (containers/image, pkg/docker/config): each helper in
 * registries.conf. The auth.json files count as one helper, usually the only one. This is a generator, so that docr reads no file
 * after the first login. Throws `client-config` for registries.conf.
 */
export function* podmanSteps(
  machine: Machine,
  question: PodmanQuestion,
  texts: ClientTexts = ON_DISK,
): Generator<Step> {
  const { names, source = "registries.conf" } = readCredentialHelpers(machine, texts);
  for (const name of names) {
    if (name === AUTH_FILES) yield* stepsInFiles(machine, question, texts);
    else yield { kind: "helper", setting: "credential-helpers", source, key: question.host, helper: name };
  }
}

/** Stops at the first file with a login, a helper for the host, or an error. */
function* stepsInFiles(machine: Machine, question: PodmanQuestion, texts: ClientTexts): Generator<Step> {
  for (const path of podmanAuthPaths(machine)) {
    const source = pathLabel(path, machine);
    try {
      const file = readClientFile(path, source, texts);
      const step = file && stepIn(file, source, question);
      if (!step) continue;
      yield step;
    } catch (error) {
      if (!isHelperError(error)) throw error;
      yield { kind: "broken", failure: error };
    }
    return;
  }
}

function stepIn(file: ClientFile, source: string, question: PodmanQuestion): Step | undefined {
  const helper = file.credHelpers.get(question.host);
  if (helper !== undefined && helper !== "") {
    return { kind: "helper", setting: "credHelpers", source, key: question.host, helper };
  }
  const found = findEntry(file.auths, question);
  if (!found) return undefined;
  const [key, entry] = found;
  if (entry.fault === "not-base64") {
    throw new HelperError("client-config", `an auth in ${source} is not base64`);
  }
  const login = storedLogin(entry);
  return login && { kind: "file", source, key, login };
}

/** Finds the longest key that is the image's name or a prefix of it. Otherwise finds a key that is a URL; old versions of docker wrote these. */
function findEntry(
  auths: ReadonlyMap<string, AuthEntry>,
  { host, repository }: PodmanQuestion,
): readonly [string, AuthEntry] | undefined {
  const parts = repository === undefined ? [] : repository.split("/");
  for (let length = parts.length; length >= 0; length -= 1) {
    const key = [host, ...parts.slice(0, length)].join("/");
    const entry = auths.get(key);
    if (entry) return [key, entry];
  }
  const wanted = canonicalHost(host);
  return [...auths].find(([key]) => canonicalHost(hostOfUrl(key)) === wanted);
}

/** Returns the host of a key that is a URL. Returns any other key unchanged, with its path. */
function hostOfUrl(key: string): string {
  return /^https?:\/\/([^/]*)/.exec(key)?.[1] ?? key;
}

/** Docker Hub's host has three names. */
function canonicalHost(host: string): string {
  return host === "docker.io" || host === "registry-1.docker.io" ? "index.docker.io" : host;
}

/** podman ignores an entry whose `auth` is empty or has no colon, even if it has other fields. */
function storedLogin({ login, identityToken }: AuthEntry): ClientLogin | undefined {
  if (!login) return undefined;
  return identityToken ? { kind: "identity-token", token: identityToken } : loginOf(login);
}
