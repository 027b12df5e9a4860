/** Plans the changes of `docr configure`, without making them. */
import { dockerDefault } from "../../client-config/docker.ts";
import type { Files } from "../../client-config/edit/files.ts";
import { editJson, findInJson } from "../../client-config/edit/json.ts";
import type { FileSnapshot } from "../../client-config/edit/snapshot.ts";
import { readCredentialHelpers } from "../../client-config/registries-conf.ts";
import { DOCR } from "../../client-config/uses.ts";
import { readGeneralSettings } from "../../config/general.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import { HelperError } from "../../core/errors.ts";
import type { Machine } from "../../core/machine.ts";
import { type KeyChange, keyLabel, type PlannedEdit } from "./edit.ts";
import type { Places } from "./places.ts";

/** The path of the helper's name for one host in docker's file. */
export const helperPath = (host: string): readonly string[] => ["credHelpers", host];
export const HELPER_PATH = helperPath(REGISTRY_HOST);
export const STORE_PATH = ["credsStore"] as const;
export const FALLBACK_PATH = ["fallback"] as const;

/** The registries for which clients will use docr, by the names that each client uses. */
export type ConfigureScope =
  | "every-registry"
  | { readonly docker: readonly string[]; readonly podman: readonly string[] };

export const DIGITALOCEAN: ConfigureScope = { docker: [REGISTRY_HOST], podman: [REGISTRY_HOST] };

/** The edits are in the order in which docr makes them. docr's own file comes first, so that docr knows its fallback helper in time. */
export function planConfigure(
  places: Places,
  files: Files,
  machine: Machine,
  scope: ConfigureScope,
): readonly PlannedEdit[] {
  const edits: PlannedEdit[] = [];
  if (places.docker !== undefined) {
    const docker = planDocker(files.open(places.docker), machine, scope);
    if (docker.fallback !== undefined) {
      edits.push(planFallback(files.open(places.docrConfig), docker.fallback));
    }
    edits.push(docker.edit);
  }
  if (scope !== "every-registry") {
    const paths = places.podman.filter((path) => path !== places.docker);
    edits.push(...paths.map((path) => planPodman(files.open(path), machine, scope.podman)));
  } else if (places.dropIn !== undefined) edits.push(planDropIn(files.open(places.dropIn), machine));
  return edits;
}

interface DockerPlan {
  readonly edit: PlannedEdit;
  /** The helper that docker used for every registry. It becomes docr's fallback. */
  readonly fallback: string | undefined;
}

function planDocker(file: FileSnapshot, machine: Machine, scope: ConfigureScope): DockerPlan {
  const named = helperAt(file, STORE_PATH);
  // Throws if docker would reject the file for another reason.
  const platformStore = dockerDefault(file, machine);
  const store = named ?? platformStore;
  const changes: KeyChange[] = [];
  if (scope === "every-registry") {
    checkFixedFallback(store, machine);
    const hostHelper = helperAt(file, HELPER_PATH);
    if (store !== DOCR) changes.push(changeFor(file, STORE_PATH, DOCR, true));
    // A helper for the host would take precedence over credsStore.
    if (hostHelper !== undefined && hostHelper !== DOCR) {
      changes.push(changeFor(file, HELPER_PATH, DOCR, true));
    }
    return { edit: editOf(file, changes), fallback: store === DOCR ? undefined : store };
  }
  changes.push(...changesForHosts(file, scope.docker, store === DOCR));
  // docker uses the platform's helper only if its file names no helper.
  if (changes.length > 0 && platformStore !== undefined) {
    changes.push(changeFor(file, STORE_PATH, platformStore, false));
  }
  return { edit: editOf(file, changes), fallback: undefined };
}

/** `isDefault`: the client uses docr for every host that has no other helper. */
function changesForHosts(
  file: FileSnapshot,
  hosts: readonly string[],
  isDefault: boolean,
): readonly KeyChange[] {
  const isDone = (host: string): boolean => {
    const helper = helperAt(file, helperPath(host));
    return helper === undefined ? isDefault : helper === DOCR;
  };
  return hosts.filter((host) => !isDone(host)).map((host) => changeFor(file, helperPath(host), DOCR, false));
}

/** Throws `client-config` if docker's current helper cannot become the fallback, because DOCR_FALLBACK names another one. */
function checkFixedFallback(store: string | undefined, { env }: Machine): void {
  const fixed = env["DOCR_FALLBACK"];
  if (!fixed || store === undefined || store === DOCR || store === fixed) return;
  throw new HelperError(
    "client-config",
    `DOCR_FALLBACK would hide the logins in docker-credential-${store}`,
    {
      hint: `set DOCR_FALLBACK=${store}, or unset it; nothing was changed`,
    },
  );
}

/** podman ignores credsStore, but registries.conf may name docr for every registry. */
function planPodman(file: FileSnapshot, machine: Machine, hosts: readonly string[]): PlannedEdit {
  const isDefault = readCredentialHelpers(machine).names.includes(DOCR);
  return editOf(file, changesForHosts(file, hosts, isDefault));
}

function planFallback(file: FileSnapshot, fallback: string): PlannedEdit {
  // Throws if docr could not read the name back.
  readGeneralSettings({}, { fallback });
  const isDone = helperAt(file, FALLBACK_PATH) === fallback;
  return editOf(file, isDone ? [] : [changeFor(file, FALLBACK_PATH, fallback, true)]);
}

/** Adds docr before the current helpers: podman asks helpers in order, and uses only the last `credential-helpers` setting. */
function planDropIn(file: FileSnapshot, machine: Machine): PlannedEdit {
  const helpers = readCredentialHelpers(machine).names;
  const text = helpers.includes(DOCR) ? file.text : dropInText([DOCR, ...helpers]);
  const summary = `podman asks ${DOCR} first, then ${helpers.join(", ")}`;
  return { kind: "whole-file", file, text, summary };
}

const DROP_IN_TITLE = "# Written by docr configure --global; docr unconfigure removes it.\n";

function dropInText(helpers: readonly string[]): string {
  const names = helpers.map((name) => JSON.stringify(name)).join(", ");
  return `${DROP_IN_TITLE}credential-helpers = [${names}]\n`;
}

/** Whether the text is a drop-in that `docr configure` wrote, without later changes. */
export function isOwnDropIn(text: string | undefined): boolean {
  return (
    text?.startsWith(DROP_IN_TITLE) === true &&
    /^credential-helpers = \[[^\n\]]*\]\n$/.test(text.slice(DROP_IN_TITLE.length))
  );
}

function editOf(file: FileSnapshot, changes: readonly KeyChange[]): PlannedEdit {
  const text = changes.length === 0 ? file.text : editJson(file.text ?? "", changes, file.label);
  const parts = changes.map(({ path, value, previous }) => {
    return previous
      ? `changed ${keyLabel(path)} from ${previous} to ${value}`
      : `set ${keyLabel(path)} to ${value}`;
  });
  return { kind: "keys", file, text, changes, summary: parts.join(", ") };
}

function changeFor(file: FileSnapshot, path: readonly string[], value: string, isGlobal: boolean): KeyChange {
  return { path, value, previous: helperAt(file, path), isGlobal };
}

/**
 * Returns the helper's name at the path, or undefined if there is none. Returns an empty name under credHelpers, because it stops
 * docker from using any helper. Throws `client-config` if the value is not a name.
 */
export function helperAt({ text = "", label }: FileSnapshot, path: readonly string[]): string | undefined {
  const found = findInJson(text, path, label);
  if (found === undefined || (found === "" && path.length === 1)) return undefined;
  if (typeof found === "string") return found;
  throw new HelperError("client-config", `${path[0] ?? ""} in ${label} is not a helper's name`);
}
