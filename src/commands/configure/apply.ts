/** Makes all planned edits or none. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Files } from "../../client-config/edit/files.ts";
import type { FileSnapshot } from "../../client-config/edit/snapshot.ts";
import { HelperError } from "../../core/errors.ts";
import { isChange, type PlannedEdit } from "./edit.ts";
import { type ConfigureRecord, encodeRecord } from "./record.ts";

/** Another program may be changing a file: docker login takes milliseconds. */
const ATTEMPTS = 10;
const PAUSE_MS = 100;

/** Edits of files as they were read. Planned again if a file changes before it is written. */
export interface Plan {
  readonly edits: readonly PlannedEdit[];
  /** The record after the edits. Undefined if they need none. */
  readonly record: ConfigureRecord | undefined;
  /** Whether the file is copied before its edit. Not needed for a text that docr wrote. */
  needsBackup(file: FileSnapshot): boolean;
}

export interface Applied {
  readonly edits: readonly PlannedEdit[];
  /** The paths of the copies, by the path of the file. */
  readonly backups: ReadonlyMap<string, string>;
}

/**
 * Makes the edits. Plans again if a file changes meanwhile, and undoes what is done if one of them fails. `recordPath` is
 * the path of docr/configured.json. Throws `client-config`.
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

/** Returns the label of an outdated file if another program has changed it; then nothing is done. */
function applyOnce(
  plan: Plan,
  files: Files,
  recordPath: string,
): { readonly backups: ReadonlyMap<string, string> } | { readonly outdated: string } {
  const edits = plan.edits.filter(isChange);
  const steps = withRecord(edits, plan.record, files, recordPath);
  for (const { file } of steps) files.checkWritable(file);
  const backups = new Map<string, string>();
  for (const { file } of edits) {
    if (file.text !== undefined && plan.needsBackup(file)) backups.set(file.path, files.backUp(file));
  }
  const done: Step[] = [];
  for (const step of steps) {
    try {
      if (files.replace(step.file, step.text) === "outdated") {
        undo(done, files);
        return { outdated: step.file.label };
      }
    } catch (error) {
      undo(done, files);
      throw error;
    }
    done.push(step);
  }
  return { backups };
}

/**
 * The edits with the record's own. A new record is written first, so that a process killed in between leaves no edit that
 * cannot be restored. An empty record is removed last.
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

/** Restores the texts, except in files that another program has changed since. */
function undo(done: readonly Step[], files: Files): void {
  for (const { file, text } of done.toReversed()) {
    const current = files.open(file.path);
    if (current.text === text) files.replace(current, file.text);
  }
}
