/** Finds the names that docr knows on this machine, for completion in a shell. Sends no request over the network. */
import { readdirSync } from "node:fs";
import { delimiter } from "node:path";
import { type ClientFile, readClientFile } from "../../client-config/client-file.ts";
import { dockerConfigPath, podmanAuthPaths } from "../../client-config/paths.ts";
import { DOCR } from "../../client-config/uses.ts";
import { readConfigFile } from "../../config/config-file.ts";
import { isRegistryName, REGISTRY_HOST } from "../../core/address.ts";
import { withDeadline } from "../../core/deadline.ts";
import { DOCKER_HUB } from "../../core/image.ts";
import type { Machine } from "../../core/machine.ts";
import { bestEffort } from "../../credentials/best-effort.ts";
import type { CommandContext } from "../context.ts";
import { allLogins, viewOf } from "../registries/logins.ts";
import { findContexts } from "../settings/contexts.ts";
import { SETTING_KEYS } from "../settings/setting.ts";

/** The kind of name that a word is. */
export type CandidateKind =
  | "context"
  | "helper"
  | "host"
  | "image"
  | "login"
  | "registry"
  | "setting"
  | "value";

export const CANDIDATE_NEEDS = ["accounts", "inventory", "logins", "machine"] as const;
export type CandidateContext = Pick<CommandContext, (typeof CANDIDATE_NEEDS)[number]>;

/** Time limit in milliseconds, because a user waits at the prompt. */
const TIMEOUT_MS = 1_500;

/** `words` precede the word to complete. Returns no names if the search takes too long, and skips everything that it cannot read. */
export async function findCandidates(
  kind: CandidateKind,
  words: readonly string[],
  context: CandidateContext,
): Promise<readonly string[]> {
  const found =
    (await bestEffort(async () =>
      withDeadline(SOURCES[kind](context, words), TIMEOUT_MS, (): readonly string[] => []),
    )) ?? [];
  return [...new Set(found)].toSorted();
}

type Source = (context: CandidateContext, words: readonly string[]) => Promise<readonly string[]>;

const SOURCES: Readonly<Record<CandidateKind, Source>> = {
  async context(context) {
    const { contexts } = await findContexts(context, readConfigFile(context.machine));
    return contexts.map(({ name }) => name);
  },
  helper: async ({ machine }) => installedHelpers(machine),
  async host(context) {
    const stored = (await bestEffort(() => SOURCES.login(context, []))) ?? [];
    return [
      REGISTRY_HOST,
      DOCKER_HUB,
      ...hostsInFiles(context.machine),
      ...stored.map((name) => plainHost(name)),
    ];
  },
  async image(context, words) {
    const registries = (await bestEffort(() => SOURCES.registry(context, words))) ?? [];
    return [...(await SOURCES.host(context, words)), ...registries.map((name) => `${REGISTRY_HOST}/${name}`)];
  },
  login: async ({ logins }) => (await allLogins(logins)).intact.map((login) => plainHub(viewOf(login).host)),
  async registry({ inventory, machine }) {
    const { credentials } = await inventory.living();
    const named = machine.env["DOCR_REGISTRY"] ?? "";
    const mapped = Object.keys(readConfigFile(machine).contexts ?? {});
    const minted = credentials.flatMap(({ registry }) => registry ?? []);
    return [...minted, ...mapped, ...(isRegistryName(named) ? [named] : [])];
  },
  async setting(context, words) {
    const registries = (await bestEffort(() => SOURCES.registry(context, words))) ?? [];
    const plain = SETTING_KEYS.filter((key) => !key.includes("."));
    return [...plain, ...registries.map((name) => `contexts.${name}`)];
  },
  async value(context, words) {
    const key = words.at(-1) ?? "";
    if (key === "store") return ["auto", "file", "keychain", "pass"];
    if (key === "fallback") return installedHelpers(context.machine);
    return key.startsWith("context") ? SOURCES.context(context, words) : [];
  },
};

function hostsInFiles(machine: Machine): readonly string[] {
  const paths = [dockerConfigPath(machine), ...podmanAuthPaths(machine)];
  return paths.flatMap((path) => {
    const file = path === undefined ? undefined : readIfValid(path);
    return file ? [...file.auths.keys(), ...file.credHelpers.keys()].map(plainHost) : [];
  });
}

function readIfValid(path: string): ClientFile | undefined {
  try {
    return readClientFile(path, path);
  } catch {
    return undefined;
  }
}

/** Returns the host of a client's key, for example Docker Hub's for `https://index.docker.io/v1/`. */
function plainHost(key: string): string {
  const [host = ""] = key.replace(/^https?:\/\//, "").split("/");
  return host === `index.${DOCKER_HUB}` ? DOCKER_HUB : host;
}

/** Docker Hub's key is a URL, which users do not type. */
function plainHub(key: string): string {
  return key.startsWith("https://") ? plainHost(key) : key;
}

/** Returns the last parts of the names of the helpers on the PATH. */
function installedHelpers({ env }: Machine): readonly string[] {
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const names = folders.flatMap((folder) => {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  });
  return names.flatMap((name) => {
    const [, helper] = /^docker-credential-([A-Za-z0-9._-]+?)(?:\.exe)?$/.exec(name) ?? [];
    return helper === undefined || helper === DOCR ? [] : [helper];
  });
}
