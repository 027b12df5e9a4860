/** Makes all planned edits or none. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Backup } from "../../client-config/edit/backup.ts";
import type { Files } from "../../client-config/edit/files.ts";
import type { FileSnapshot } from "../../client-config/edit/snapshot.ts";
import { HelperError, isHelperError } from "../../core/errors.ts";
import { isChange, type PlannedEdit } from "./edit.ts";
import { type ConfigureRecord, encodeRecord } from "./record.ts";

/** Another program may be changing a file at the moment; docker login takes milliseconds. */
const ATTEMPTS = 10;
const PAUSE_MS = 100;

/** Edits of the files that docr has read. docr plans them again if a file changes before docr writes it. */
export interface Plan {
  readonly edits: readonly PlannedEdit[];
  /** The record after the edits. Undefined if they need none. */
  readonly record: ConfigureRecord | undefined;
  /** Whether docr copies the file before its edit. Not necessary if docr wrote the text. */
  needsBackup(file: FileSnapshot): boolean;
}

export interface Applied {
  readonly edits: readonly PlannedEdit[];
  /** The paths of the copies, by the paths of the files. */
  readonly backups: ReadonlyMap<string, string>;
}

/**
 * Makes the edits. Plans again if a file has changed since, and undoes earlier edits if one fails. `recordPath` is the path of
 * docr/configured.json. Throws `client-config`.
 */
export async function applyPlan(makePlan: () => Plan, files: Files, recordPath: string): Promise<Applied> {
  for (let attempt = 1; ; attempt += 1) {
    const plan = makePlan();
    const outcome = applyOnce(plan, files, recordPath);
    if ("backups" in outcome) return { edits: plan.edits, backups: outcome.backups };
    if (attempt === ATTEMPTS) {
      throw new HelperError("client-config", `another program is changing ${outcome.outdated}`, {
        hint: "nothing was changed; try again",
      });
    }
    await sleep(PAUSE_MS);
  }
}

/** For a dry run: throws `client-config` if the edits could not be made. */
export function checkPlan({ edits }: Plan, files: Files): Applied {
  for (const { file } of edits.filter(isChange)) files.checkWritable(file);
  return { edits, backups: new Map() };
}

interface Step {
  readonly file: FileSnapshot;
  readonly text: string | undefined;
}

/** If another program has changed a file, undoes all edits and returns the file's label. */
function applyOnce(
  plan: Plan,
  files: Files,
  recordPath: string,
): { readonly backups: ReadonlyMap<string, string> } | { readonly outdated: string } {
  const edits = plan.edits.filter(isChange);
  const steps = withRecord(edits, plan.record, files, recordPath);
  for (const { file } of steps) files.checkWritable(file);
  const backups = new Map<string, Backup>();
  const done: Step[] = [];
  try {
    for (const { file } of edits) {
      if (file.text !== undefined && plan.needsBackup(file)) backups.set(file.path, files.backUp(file));
    }
    for (const step of steps) {
      if (files.replace(step.file, step.text) === "outdated") {
        undo(done, backups.values(), files);
        return { outdated: step.file.label };
      }
      done.push(step);
    }
  } catch (error) {
    undo(done, backups.values(), files);
    throw error;
  }
  return { backups: new Map([...backups].map(([path, backup]) => [path, backup.path])) };
}

/**
 * Adds the edit of the record itself. docr writes a new record first, so that it can restore every edit even if the process is killed
 * in between. It removes an empty record last.
 */
function withRecord(
  edits: readonly Step[],
  record: ConfigureRecord | undefined,
  files: Files,
  recordPath: string,
): readonly Step[] {
  if (record === undefined) return edits;
  const file = files.open(recordPath);
  const text = record.size === 0 ? undefined : encodeRecord(record);
  if (file.text === text) return edits;
  return text === undefined ? [...edits, { file, text }] : [{ file, text }, ...edits];
}

/** Restores the previous texts, except in files that another program has changed since, and removes new backups. Never throws. */
function undo(done: readonly Step[], backups: Iterable<Backup>, files: Files): void {
  for (const { file, text } of done.toReversed()) {
    neverThrow(() => {
      const current = files.open(file.path);
      if (current.text === text) files.replace(current, file.text);
    });
  }
  // They may contain passwords.
  for (const { path, isNew } of backups)
    if (isNew) neverThrow(() => files.replace(files.open(path), undefined));
}

/** The caller reports the first error. */
function neverThrow(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!isHelperError(error)) throw error;
  }
}
