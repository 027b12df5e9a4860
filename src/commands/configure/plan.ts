/** What `configure` changes in which file. Reads, and writes nothing. */
import { type Change, editJson, findInJson } from "../../client-config/edit/json.ts";
import { readGeneralSettings } from "../../config/general.ts";
import { HelperError } from "../../core/errors.ts";
import type { FileSnapshot } from "../../client-config/edit/snapshot.ts";
import type { Machine } from "../../core/machine.ts";
import { dockerDefault } from "../../client-config/docker.ts";
import { readCredentialHelpers } from "../../client-config/registries-conf.ts";
import type { Files } from "../../client-config/edit/files.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import { nameKey, type PlannedEdit } from "./edit.ts";
import type { Places } from "./places.ts";
import type { RecordedKey } from "./record.ts";

/** We, as clients name us. */
export const OURSELVES = "docr";

export const HELPER_PATH = ["credHelpers", REGISTRY_HOST] as const;
export const STORE_PATH = ["credsStore"] as const;
export const FALLBACK_PATH = ["fallback"] as const;

/** In the order in which they are to be made: our own file first, so that nobody asks us before we know whom to ask. */
export function planConfigure(
  places: Places,
  files: Files,
  isGlobal: boolean,
  machine: Machine,
): readonly PlannedEdit[] {
  const edits: PlannedEdit[] = [];
  if (places.docker !== undefined) {
    const docker = planDocker(files.open(places.docker), machine, isGlobal);
    if (docker.fallback !== undefined) edits.push(planFallback(files.open(places.ours), docker.fallback));
    edits.push(docker.edit);
  }
  if (isGlobal && places.dropIn !== undefined) edits.push(planDropIn(files.open(places.dropIn), machine));
  if (!isGlobal) {
    const paths = places.podman.filter((path) => path !== places.docker);
    edits.push(...paths.map((path) => planHost(files.open(path), machine)));
  }
  return edits;
}

interface DockerPlan {
  readonly edit: PlannedEdit;
  /** The helper that was there for every registry and is to stay behind us. */
  readonly fallback: string | undefined;
}

function planDocker(file: FileSnapshot, machine: Machine, isGlobal: boolean): DockerPlan {
  const named = helperAt(file, STORE_PATH);
  const ofHost = helperAt(file, HELPER_PATH);
  // Throws for what else docker would not take.
  const byDefault = dockerDefault(file, machine);
  const store = named ?? byDefault;
  const keys: RecordedKey[] = [];
  if (isGlobal) {
    if (store !== OURSELVES) keys.push(keyFor(file, STORE_PATH, OURSELVES, true));
    // One of its own would win over the one for all.
    if (ofHost !== undefined && ofHost !== OURSELVES) keys.push(keyFor(file, HELPER_PATH, OURSELVES, true));
    return { edit: editOf(file, keys), fallback: store === OURSELVES ? undefined : store };
  }
  if (ofHost === undefined ? store !== OURSELVES : ofHost !== OURSELVES) {
    keys.push(keyFor(file, HELPER_PATH, OURSELVES, false));
    // docker takes this one by itself only while its file says nothing of helpers.
    if (byDefault !== undefined) keys.push(keyFor(file, STORE_PATH, byDefault, false));
  }
  return { edit: editOf(file, keys), fallback: undefined };
}

/** podman, which knows no credsStore, but may ask us for every registry. */
function planHost(file: FileSnapshot, machine: Machine): PlannedEdit {
  const ofHost = helperAt(file, HELPER_PATH);
  const isThere =
    ofHost === undefined ? readCredentialHelpers(machine).names.includes(OURSELVES) : ofHost === OURSELVES;
  return editOf(file, isThere ? [] : [keyFor(file, HELPER_PATH, OURSELVES, false)]);
}

function planFallback(file: FileSnapshot, fallback: string): PlannedEdit {
  // What we could not read there later must not be written there.
  readGeneralSettings({}, { fallback });
  const isThere = helperAt(file, FALLBACK_PATH) === fallback;
  return editOf(file, isThere ? [] : [keyFor(file, FALLBACK_PATH, fallback, true)]);
}

/** Beside what is configured already: podman asks the helpers in turn, and the last setting that it reads is the only one. */
function planDropIn(file: FileSnapshot, machine: Machine): PlannedEdit {
  const helpers = readCredentialHelpers(machine).names;
  const text = helpers.includes(OURSELVES) ? file.text : dropInText([OURSELVES, ...helpers]);
  const told = [`podman asks ${OURSELVES} first, then ${helpers.join(", ")}`];
  return { file, kind: "own", text, keys: [], isGlobal: true, told };
}

const DROP_IN_TITLE = "# Written by docr configure --global; docr unconfigure removes it.\n";

function dropInText(helpers: readonly string[]): string {
  const names = helpers.map((name) => JSON.stringify(name)).join(", ");
  return `${DROP_IN_TITLE}credential-helpers = [${names}]\n`;
}

/** Whether it is what `configure` writes, with nothing of somebody else in it. */
export function isOwnDropIn(text: string | undefined): boolean {
  return (
    text?.startsWith(DROP_IN_TITLE) === true &&
    /^credential-helpers = \[[^\n\]]*\]\n$/.test(text.slice(DROP_IN_TITLE.length))
  );
}

function editOf(file: FileSnapshot, keys: readonly RecordedKey[]): PlannedEdit {
  const changes = keys.map(({ path, value }): Change => ({ path, value }));
  const text = keys.length === 0 ? file.text : editJson(file.text ?? "", changes, file.label);
  const told = keys.map(({ path, value, was }) => {
    return `${nameKey(path)} is ${value} now${was ? ` and no longer ${was}` : ""}`;
  });
  return { file, kind: "keys", text, keys, isGlobal: false, told };
}

function keyFor(file: FileSnapshot, path: readonly string[], value: string, isGlobal: boolean): RecordedKey {
  return { path, value, was: helperAt(file, path), isGlobal };
}

/** The helper that is named at the path; undefined for none. An empty name under credHelpers keeps docker from asking any. */
export function helperAt({ text = "", label }: FileSnapshot, path: readonly string[]): string | undefined {
  const found = findInJson(text, path, label);
  if (found === undefined || (found === "" && path.length === 1)) return undefined;
  if (typeof found === "string") return found;
  throw new HelperError("client-config", `${label} has a ${path[0] ?? ""} that names no helper`);
}
