import type { Machine } from "../core/machine.ts";
import { HelperError, isHelperError } from "../core/errors.ts";
import { type AuthEntry } from "./auth-entry.ts";
import { type ClientFile, readClientFile } from "./client-file.ts";
import { podmanAuthPaths, shownPath } from "./paths.ts";
import { AUTH_FILES, readCredentialHelpers } from "./registries-conf.ts";
import { loginOf, type Step, type StoredLogin, tokenLogin } from "./step.ts";

/** What podman looks for: a login for the registry, or one for a part of it. */
export interface PodmanQuestion {
  /** The registry's host, which is what helpers are asked for. */
  readonly host: string;
  /** Of an image, for logins that are kept under `host/path`; undefined where the host alone is meant. */
  readonly repository: string | undefined;
}

/**
 * As podman, skopeo and buildah do (containers/image, pkg/docker/config): each of registries.conf's helpers in turn, of which
 * the auth.json files are one and mostly the only one. Read step by step, so that what comes after an answer is not
 * looked at. Throws `client-config` for registries.conf.
 */
export function* podmanSteps(machine: Machine, question: PodmanQuestion): Generator<Step> {
  const { names, source = "registries.conf" } = readCredentialHelpers(machine);
  for (const name of names) {
    if (name === AUTH_FILES) yield* stepsInFiles(machine, question);
    else yield { kind: "credential-helpers", source, key: question.host, helper: name };
  }
}

/** The files in turn, up to the first that has something to say: a login, a helper for the host, or a mistake. */
function* stepsInFiles(machine: Machine, question: PodmanQuestion): Generator<Step> {
  for (const path of podmanAuthPaths(machine)) {
    const source = shownPath(path, machine);
    try {
      const file = readClientFile(path, source);
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
    return { kind: "credHelpers", source, key: question.host, helper };
  }
  const found = findEntry(file.auths, question);
  if (!found) return undefined;
  const [key, entry] = found;
  if (entry.fault === "not-base64") {
    throw new HelperError("client-config", `${source} has an auth that is not base64`);
  }
  const login = storedLogin(entry);
  return login && { kind: "auths", source, key, login };
}

/** The longest key that is the image's name or a part of it; then keys that are URLs, as docker once wrote them. */
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
  const wanted = hubOr(host);
  return [...auths].find(([key]) => hubOr(hostOfUrl(key)) === wanted);
}

/** The host of a key that is a URL; any other key as it is, path and all. */
function hostOfUrl(key: string): string {
  return /^https?:\/\/([^/]*)/.exec(key)?.[1] ?? key;
}

/** Docker Hub's host has three names. */
function hubOr(host: string): string {
  return host === "docker.io" || host === "registry-1.docker.io" ? "index.docker.io" : host;
}

/** podman passes over an entry whose `auth` is empty or holds no colon, whatever else is in it. */
function storedLogin({ login, identityToken }: AuthEntry): StoredLogin | undefined {
  if (!login) return undefined;
  return identityToken ? tokenLogin(identityToken) : loginOf(login);
}
