/** Moves logins so that each is in the keychain, and was read there, before it is removed anywhere. */
import { type Change, editJson, findInJson } from "../../client-config/edit/json.ts";
import { eraseFromHelper } from "../../client-config/helper-client.ts";
import { isHelperError } from "../../core/errors.ts";
import type { FileSnapshot } from "../../client-config/edit/snapshot.ts";
import type { Files } from "../../client-config/edit/files.ts";
import type { VerbPorts } from "../ports.ts";
import { clientKeyOf, DOCKER_HUB } from "../../core/image.ts";
import { applyPlan, type Plan } from "../configure/apply.ts";
import type { PlannedEdit } from "../configure/edit.ts";
import { helperAt, FALLBACK_PATH } from "../configure/plan.ts";
import { putIn } from "../configure/configure.ts";
import { fallbackOf } from "../fallback.ts";
import { isKept, isTaken } from "./destination.ts";
import {
  type FoundLogin,
  isOurHost,
  isSameCredential,
  loginsInFile,
  type StayingLogin,
  usernameOf,
} from "./found-logins.ts";
import { clientsOf, isReadByPodman, type Situation } from "./clients.ts";
import { standsBehind } from "./plan.ts";

export interface Moved {
  /** In the keychain, and no longer where they were. */
  readonly moved: readonly FoundLogin[];
  /** What went wrong, login by login; they are where they were. */
  readonly failed: readonly StayingLogin[];
  /** In the keychain, and where they were as well. */
  readonly doubled: readonly StayingLogin[];
}

/** `staying`: what was not to move in the first place. */
export async function moveLogins(
  logins: readonly FoundLogin[],
  staying: readonly StayingLogin[],
  situation: Situation,
): Promise<Moved> {
  const { ports, willConfigure } = situation;
  const kept: FoundLogin[] = [];
  const failed: StayingLogin[] = [];
  for (const login of logins) {
    const reason = (await keep(ports, login)) ?? (await keepForPodman(login, situation));
    if (reason === undefined) kept.push(login);
    else failed.push({ origin: login.origin, key: login.key, reason });
  }
  const isEmptied = [...failed, ...staying].every(({ origin }) => origin.kind === "file");
  // A helper that stands behind us answers for all hosts but ours, or is taken away for all of them.
  const isStillAsked = !isEmptied && standsBehind(situation);
  const movable = kept.filter((login) => !isStillAsked || isOurHost(login));
  const waiting = doubledOf(
    kept.filter((login) => !movable.includes(login)),
    NOT_ALL,
  );
  if (movable.length === 0) return { moved: [], failed, doubled: waiting };
  const client = clientsOf(logins, situation);
  const put = willConfigure ? await putIn(ports, { global: !logins.every(isOurHost), client }) : undefined;
  await removeFromFiles(movable, situation, isStillAsked);
  for (const remark of (await put?.tellRest()) ?? []) ports.terminal.remark(remark);
  const stuck = await eraseMoved(movable, ports);
  const moved = movable.filter((login) => !stuck.has(login));
  const left = [...stuck].map(([{ origin, key }, reason]): StayingLogin => ({ origin, key, reason }));
  return { moved, failed, doubled: [...waiting, ...left] };
}

const NOT_ALL = "docr has it now, too, but it can only move together with all the others there";

function doubledOf(logins: readonly FoundLogin[], reason: string): readonly StayingLogin[] {
  return logins.map(({ origin, key }) => ({ origin, key, reason }));
}

/** Stores it and reads it back. Returns why it is not kept; throws what would happen to every other one, too. */
async function keep({ helper, domain }: VerbPorts, login: FoundLogin): Promise<string | undefined> {
  try {
    if (await isKept(domain, login)) return undefined;
    await helper.store(login.serverUrl, usernameOf(login), login.credential.secret);
    return (await isKept(domain, login)) ? undefined : "it could not be read back";
  } catch (error) {
    if (!isHelperError(error) || /^(?:keychain|vault|pass)-/.test(error.code)) throw error;
    return error.message;
  }
}

/** podman finds docker's login for Docker Hub in docker's file, but asks helpers for it under another name than docker. */
async function keepForPodman(login: FoundLogin, situation: Situation): Promise<string | undefined> {
  const { ports, places } = situation;
  if (login.serverUrl !== clientKeyOf(DOCKER_HUB) || !isReadByPodman(login, ports, places)) return undefined;
  const asked = { ...login, serverUrl: DOCKER_HUB };
  return (await isTaken(ports.domain, asked)) ? undefined : keep(ports, asked);
}

/** Takes them out of our copies of the files and out of these; then nobody but we are asked for them. */
async function removeFromFiles(
  logins: readonly FoundLogin[],
  { places, files, from }: Situation,
  isStillAsked: boolean,
): Promise<void> {
  const paths = [...new Set(logins.flatMap(({ origin }) => (origin.kind === "file" ? [origin.path] : [])))];
  // Of the copies first: once the files have nothing left to move, nobody comes back for the copies.
  for (const path of paths) {
    for (const copy of files.backupsOf(path)) removeFromCopy(files, copy, path, logins);
  }
  await applyPlan(
    () => {
      const edits = paths.map((path) => withoutLogins(files.open(path), path, logins));
      if (from !== undefined && !isStillAsked) edits.push(withoutFallback(files.open(places.ours), from));
      // No copies: what they would keep is what is to go.
      return { edits, record: undefined, needsBackup: () => false };
    },
    { files, recordPath: places.record },
  );
}

/** A copy that somebody has broken since is theirs. */
function removeFromCopy(files: Files, copy: string, path: string, logins: readonly FoundLogin[]): void {
  try {
    const { file, text } = withoutLogins(files.open(copy), path, logins);
    if (text !== file.text) files.replace(file, text);
  } catch (error) {
    if (!isHelperError(error)) throw error;
  }
}

/** Only what is still as it was when it was read: somebody may have logged in anew meanwhile. */
function withoutLogins(file: FileSnapshot, path: string, logins: readonly FoundLogin[]): PlannedEdit {
  const ofFile = logins.filter(({ origin }) => origin.kind === "file" && origin.path === path);
  const { text = "", label } = file;
  const present = new Map<string, FoundLogin>();
  for (const { origin } of ofFile.slice(0, 1)) {
    if (origin.kind !== "file") continue;
    for (const one of loginsInFile(file, origin.client).found) present.set(one.key, one);
  }
  const changes = ofFile.flatMap((login): readonly Change[] => {
    const { key, origin, credential } = login;
    if (origin.kind !== "file") return [];
    const now = present.get(key);
    if (now === undefined || !isSameCredential(now.credential, credential)) return [];
    // docker leaves such a trace itself, and older tools look for it (docker/cli, native_store.go); podman leaves none.
    const email: unknown = findInJson(text, ["auths", key, "email"], label);
    const trace = typeof email === "string" ? { email } : {};
    return [{ path: ["auths", key], value: origin.client === "docker" ? trace : undefined }];
  });
  const after = changes.length === 0 ? file.text : editJson(text, changes, label);
  return { file, kind: "keys", text: after, keys: [], isGlobal: false, told: [] };
}

function withoutFallback(file: FileSnapshot, from: string): PlannedEdit {
  const isBehind = helperAt(file, FALLBACK_PATH) === from;
  const change: Change = { path: FALLBACK_PATH, value: undefined };
  const text = isBehind ? editJson(file.text ?? "", [change], file.label) : file.text;
  return { file, kind: "keys", text, keys: [], isGlobal: true, told: [] };
}

/** Ends a helper's standing behind us that has no logins. Returns whether it has. */
export async function endStanding(
  staying: readonly StayingLogin[],
  { ports, places, files, from }: Situation,
): Promise<boolean> {
  const { name, isFixed } = fallbackOf(ports);
  const isEmpty = staying.every(({ origin }) => origin.kind === "file");
  if (from === undefined || name !== from || isFixed || !isEmpty) return false;
  const makePlan = (): Plan => {
    return {
      edits: [withoutFallback(files.open(places.ours), from)],
      record: undefined,
      needsBackup: () => false,
    };
  };
  await applyPlan(makePlan, { files, recordPath: places.record });
  return true;
}

/** Returns those that are still with it, each with the reason. */
async function eraseMoved(
  logins: readonly FoundLogin[],
  ports: VerbPorts,
): Promise<ReadonlyMap<FoundLogin, string>> {
  const stuck = new Map<FoundLogin, string>();
  for (const login of logins) {
    const { origin, key } = login;
    if (origin.kind !== "helper") continue;
    const isErased = await eraseFromHelper(ports.runHelper, origin.name, key);
    if (!isErased) stuck.set(login, "the other helper cannot erase it");
    // A helper that asks docr in its turn has erased the only one that there was.
    if (await isKept(ports.domain, login)) continue;
    await ports.helper.store(login.serverUrl, usernameOf(login), login.credential.secret);
    stuck.set(login, `${origin.label} leads back to docr, which keeps it`);
  }
  return stuck;
}
