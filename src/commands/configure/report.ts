/** What configuring came to, as a line for each file or as diffs. */
import type { Result } from "../command.ts";
import type { Applied } from "./apply.ts";
import { diffOf, isChange, nameChange, type PlannedEdit } from "./edit.ts";

export interface Shown {
  readonly isDry: boolean;
  /** Whether files in which nothing changes get a line. */
  readonly withUnchanged: boolean;
  readonly remarks: readonly string[];
}

export function showEdits({ edits, backups }: Applied, { isDry, withUnchanged, remarks }: Shown): Result {
  const diffs = edits.map(diffOf).join("");
  const told = edits.filter((edit) => withUnchanged || isChange(edit));
  const lines = told.map((edit) => lineFor(edit, backups)).join("");
  return {
    text: isDry ? diffs || "nothing would change\n" : lines || "nothing to change\n",
    json: {
      dryRun: isDry,
      files: edits.map((edit) => ({
        path: edit.file.path,
        change: nameChange(edit),
        ...(isDry && isChange(edit) && { diff: diffOf(edit) }),
        ...(backups.has(edit.file.path) && { backup: backups.get(edit.file.path) }),
      })),
      remarks,
    },
  };
}

function lineFor(edit: PlannedEdit, backups: ReadonlyMap<string, string>): string {
  const { label, path } = edit.file;
  const backup = backups.get(path);
  const told = isChange(edit) ? edit.told.join(", ") : "nothing to change";
  // A copy lies beside the file and has a longer name.
  const copy = backup === undefined ? "" : `; the former one is ${label}${backup.slice(path.length)}`;
  return `${label}: ${told}${copy}\n`;
}
