/** Makes planned edits so that all of them are made or none, and notes what is to be put back. */
import { setTimeout as sleep } from "node:timers/promises";
import { HelperError } from "../../core/errors.ts";
import type { FileSnapshot } from "../../client-config/edit/snapshot.ts";
import type { Files } from "../../client-config/edit/files.ts";
import { isChange, type PlannedEdit } from "./edit.ts";
import { type ConfigureRecord, decodeRecord, encodeRecord } from "./record.ts";

/** Somebody else may be at a file: docker login takes milliseconds. */
const ATTEMPTS = 10;
const PAUSE_MS = 100;

/** What was read and what is to come of it; made anew where somebody was faster. */
export interface Plan {
  readonly edits: readonly PlannedEdit[];
  /** As it is to be when the edits are made; undefined where nobody has to remember anything. */
  readonly record: ConfigureRecord | undefined;
  /** Whether a copy of the file is to be kept: not where what is there is what we wrote. */
  needsBackup(file: FileSnapshot): boolean;
}

export interface Applied {
  readonly edits: readonly PlannedEdit[];
  /** The copies of what was there, by the path of the file. */
  readonly backups: ReadonlyMap<string, string>;
}

export interface ApplyOptions {
  readonly files: Files;
  /** Path of docr/configured.json. */
  readonly recordPath: string;
}

/**
 * Plans and makes the edits, anew from the start where a file changes meanwhile. A failure undoes what was done already.
 * Throws `client-config`.
 */
export async function applyPlan(makePlan: () => Plan, options: ApplyOptions): Promise<Applied> {
  for (let attempt = 1; ; attempt += 1) {
    const plan = makePlan();
    const outcome = applyOnce(plan, options);
    if (typeof outcome !== "string") return { edits: plan.edits, backups: outcome };
    if (attempt === ATTEMPTS) {
      throw new HelperError("client-config", `${outcome} is being changed by another program`, {
        hint: "nothing was changed; try again",
      });
    }
    await sleep(PAUSE_MS);
  }
}

export function readRecord(files: Files, path: string): ConfigureRecord {
  const { text, label } = files.open(path);
  return decodeRecord(text, label);
}

/** The copies that were made; where a file has changed meanwhile, its name, and nothing is done. */
function applyOnce(plan: Plan, { files, recordPath }: ApplyOptions): Map<string, string> | string {
  const edits = plan.edits.filter(isChange);
  const steps: { readonly file: FileSnapshot; readonly text: string | undefined }[] = [...edits];
  if (plan.record !== undefined) {
    const file = files.open(recordPath);
    const text = plan.record.size === 0 ? undefined : encodeRecord(plan.record);
    // Before the files: a process that is killed in between must not leave what nobody can put back.
    if (text !== undefined && file.text !== text) steps.unshift({ file, text });
    else if (file.text !== text) steps.push({ file, text });
  }
  for (const { file } of steps) files.checkWritable(file);
  const backups = new Map<string, string>();
  for (const { file } of edits) {
    if (file.text !== undefined && plan.needsBackup(file)) backups.set(file.path, files.backUp(file));
  }
  const done: typeof steps = [];
  const undo = (): void => {
    for (const { file, text } of done.toReversed()) {
      const now = files.open(file.path);
      if (now.text === text) files.replace(now, file.text);
    }
  };
  for (const step of steps) {
    let replaced;
    try {
      replaced = files.replace(step.file, step.text);
    } catch (error) {
      undo();
      throw error;
    }
    if (replaced === "outdated") {
      undo();
      return step.file.label;
    }
    done.push(step);
  }
  return backups;
}
