/** Moves logins. docr stores each login and reads it back before it removes the login from its origin. */
import { editJson, findInJson, type JsonChange } from "../../client-config/edit/json.ts";
import type { Files } from "../../client-config/edit/files.ts";
import type { FileSnapshot } from "../../client-config/edit/snapshot.ts";
import { eraseFromHelper, type RunHelper } from "../../client-config/helper-client.ts";
import { isHelperError } from "../../core/errors.ts";
import type { CommandContext } from "../context.ts";
import { applyPlan, type Plan } from "../configure/apply.ts";
import { applyConfiguration } from "../configure/apply-configuration.ts";
import type { PlannedEdit } from "../configure/edit.ts";
import { findPlaces } from "../configure/places.ts";
import { FALLBACK_PATH, helperAt, type ConfigureScope } from "../configure/plan.ts";
import { followUpWarnings } from "../configure/warnings.ts";
import { type ClientSetup, clientsOf } from "./clients.ts";
import type { Destination } from "./destination.ts";
import {
  type Finds,
  type FoundLogin,
  isDigitalOceans,
  isSameCredential,
  loginsInFile,
  type StayingLogin,
} from "./found-logins.ts";
import { isFromFallback, scopeFor, type Situation } from "./plan.ts";
import { orWithdraw, stayingOf, storeLogins } from "./store-logins.ts";

export interface Moved {
  /** In docr's store, and removed from their origins. */
  readonly moved: readonly FoundLogin[];
  /** Not in docr's store, still at their origins. */
  readonly failed: readonly StayingLogin[];
  /** In docr's store, but still at their origins. */
  readonly copied: readonly StayingLogin[];
}

const NOT_ALL = "docr has it now too, but the fallback keeps its logins until all of them can move";

/** Prints warnings about the configuration after all files have changed. */
export async function moveLogins(
  { found, staying }: Finds,
  situation: Situation,
  destination: Destination,
  context: Pick<CommandContext, "clients" | "sha256" | "reporter" | "runHelper">,
): Promise<Moved> {
  const { clients, sha256, reporter, runHelper } = context;
  const { setup, willConfigure } = situation;
  const { stored, added, failed } = await storeLogins(found, destination);
  const staysInHelper = [...failed, ...staying].some(({ origin }) => origin.kind === "helper");
  // docr asks the fallback helper for every other registry, so it stays until all of its logins can move.
  const staysFallback = staysInHelper && isFromFallback(situation);
  const movable = stored.filter((login) => !staysFallback || isDigitalOceans(login));
  const copied = stored.filter((login) => !movable.includes(login)).map((login) => stayingOf(login, NOT_ALL));
  if (movable.length === 0) return { moved: [], failed, copied };
  const scope = scopeFor(found, situation);
  const configure = () => configureFor(found, scope, setup, sha256);
  const configured = willConfigure ? await orWithdraw(added, destination, configure) : undefined;
  const isFallbackEmpty = situation.from !== undefined && situation.hosts.length === 0 && !staysFallback;
  const remove = () => removeFromFiles(movable, setup, isFallbackEmpty ? situation.from : undefined);
  // Once the clients ask docr, it must keep the logins.
  await orWithdraw(configured ? [] : added, destination, remove);
  if (configured) {
    const { edits, places } = configured;
    const warnings = await followUpWarnings(edits, places, setup.machine, await clients());
    for (const warning of warnings) reporter.warn(warning);
  }
  const notErased = await eraseFromOtherHelper(movable, destination, runHelper);
  const moved = movable.filter((login) => !notErased.has(login));
  const left = [...notErased].map(([login, reason]) => stayingOf(login, reason));
  return { moved, failed, copied: [...copied, ...left] };
}

async function configureFor(
  logins: readonly FoundLogin[],
  scope: ConfigureScope,
  setup: ClientSetup,
  sha256: CommandContext["sha256"],
) {
  const { machine, files } = setup;
  const places = findPlaces(machine, files, clientsOf(logins, setup));
  const order = { scope, isDryRun: false };
  const { edits } = await applyConfiguration(places, order, { machine, files, sha256 });
  return { edits, places };
}

/** Removes the logins from the backups and the files. If all logins of the fallback helper `emptyFallback` move, removes that setting. */
export async function removeFromFiles(
  logins: readonly FoundLogin[],
  { files, places }: ClientSetup,
  emptyFallback?: string,
): Promise<void> {
  const paths = [...new Set(logins.flatMap(({ origin }) => (origin.kind === "file" ? [origin.path] : [])))];
  const makePlan = (): Plan => {
    const edits = paths.map((path) => withoutLogins(files.open(path), path, logins));
    if (emptyFallback !== undefined) {
      edits.push(withoutFallback(files.open(places.docrConfig), emptyFallback));
    }
    return withoutBackups(edits);
  };
  await files.exclusively(async () => {
    // Change the backups first: once the files contain no logins, a later run would not look at the backups.
    for (const path of paths) {
      for (const backup of files.backupsOf(path)) removeFromBackup(files, backup, path, logins);
    }
    await applyPlan(makePlan, files, places.record);
  });
}

/** Makes no backups, because they would contain the passwords. */
function withoutBackups(edits: readonly PlannedEdit[]): Plan {
  return { edits, record: undefined, needsBackup: () => false };
}

/** Skips a damaged backup. */
function removeFromBackup(files: Files, backup: string, path: string, logins: readonly FoundLogin[]): void {
  try {
    const { file, text } = withoutLogins(files.open(backup), path, logins);
    if (text !== file.text) files.replace(file, text);
  } catch (error) {
    if (!isHelperError(error)) throw error;
  }
}

/** Removes only logins that have not changed since docr found them: the user may have logged in again. */
function withoutLogins(file: FileSnapshot, path: string, logins: readonly FoundLogin[]): PlannedEdit {
  const changes = logins.flatMap(({ key, origin, credential }): readonly JsonChange[] => {
    if (origin.kind !== "file" || origin.path !== path) return [];
    const current = loginsInFile(file, origin.client).found.find((one) => one.key === key);
    if (current === undefined || !isSameCredential(current.credential, credential)) return [];
    return [{ path: ["auths", key], value: origin.client === "docker" ? traceOf(file, key) : undefined }];
  });
  const text = changes.length === 0 ? file.text : editJson(file.text ?? "", changes, file.label);
  return { kind: "keys", file, text, changes: [], summary: "" };
}

/** Like docker, keeps an entry with the e-mail address, because older tools look for it (docker/cli, native_store.go). */
function traceOf({ text = "", label }: FileSnapshot, key: string): { readonly email?: string } {
  const email: unknown = findInJson(text, ["auths", key, "email"], label);
  return typeof email === "string" ? { email } : {};
}

function withoutFallback(file: FileSnapshot, name: string): PlannedEdit {
  const isSet = helperAt(file, FALLBACK_PATH) === name;
  const change: JsonChange = { path: FALLBACK_PATH, value: undefined };
  const text = isSet ? editJson(file.text ?? "", [change], file.label) : file.text;
  return { kind: "keys", file, text, changes: [], summary: "" };
}

/** Removes the fallback helper from docr's configuration if it has no logins. Returns whether it did. */
export async function removeEmptyFallback(
  staying: readonly StayingLogin[],
  { setup, fallback, from, hosts }: Situation,
): Promise<boolean> {
  const { files, places } = setup;
  const isEmpty = staying.every(({ origin }) => origin.kind === "file");
  if (from === undefined || fallback.name !== from || fallback.isFixed || !isEmpty || hosts.length > 0)
    return false;
  const makePlan = (): Plan => withoutBackups([withoutFallback(files.open(places.docrConfig), from)]);
  await files.exclusively(() => applyPlan(makePlan, files, places.record));
  return true;
}

/** Returns the logins that are still in the other helper, each with the reason. */
export async function eraseFromOtherHelper(
  logins: readonly FoundLogin[],
  destination: Destination,
  runHelper: RunHelper,
): Promise<ReadonlyMap<FoundLogin, string>> {
  const notErased = new Map<FoundLogin, string>();
  for (const login of logins) {
    const { origin, key } = login;
    if (origin.kind !== "helper") continue;
    const isErased = await eraseFromHelper(runHelper, origin.name, key);
    if (!isErased) notErased.set(login, `${origin.label} could not erase it`);
    // A helper that resolves to docr again has just erased docr's own copy.
    if (await destination.has(login)) continue;
    await destination.restore(login);
    notErased.set(login, `${origin.label} resolves to docr again, which keeps it`);
  }
  return notErased;
}
