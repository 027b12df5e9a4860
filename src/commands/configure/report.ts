/** Reports what `docr configure` and `docr unconfigure` changed: one line for each file, or diffs. */
import type { Result } from "../command.ts";
import type { FoundLogin } from "../migrate/found-logins.ts";
import { jsonOfMoved, textOfMoved } from "../migrate/report.ts";
import type { Applied } from "./apply.ts";
import { diffOf, isChange, type PlannedEdit } from "./edit.ts";

export interface ReportOptions {
  readonly isDryRun: boolean;
  /** Show unchanged files too. */
  readonly withUnchanged: boolean;
  readonly warnings: readonly string[];
  /** The logins that moved to the store. Only for `docr configure`. */
  readonly moved?: {
    readonly logins: readonly FoundLogin[];
    readonly store: string;
    /** The terminal's width. */
    readonly width: number | undefined;
  };
}

export function reportEdits({ edits, backups }: Applied, options: ReportOptions): Result {
  const { isDryRun, withUnchanged, warnings, moved } = options;
  const diffs = edits.map(diffOf).join("");
  const listed = edits.filter((edit) => withUnchanged || isChange(edit));
  const lines = listed.map((edit) => lineFor(edit, backups)).join("");
  const movedText = moved ? textOfMoved(moved.logins, { isDryRun, ...moved }) : "";
  const text = isDryRun ? diffs || "nothing would change\n" : lines || "nothing to change\n";
  return {
    text: text + movedText,
    json: {
      dryRun: isDryRun,
      files: edits.map((edit) => ({
        path: edit.file.path,
        change: changeOf(edit),
        ...(isDryRun && isChange(edit) && { diff: diffOf(edit) }),
        ...(backups.has(edit.file.path) && { backup: backups.get(edit.file.path) }),
      })),
      ...(moved && { moved: moved.logins.map(jsonOfMoved) }),
      remarks: warnings,
    },
  };
}

function lineFor(edit: PlannedEdit, backups: ReadonlyMap<string, string>): string {
  const { label, path } = edit.file;
  const backup = backups.get(path);
  const summary = isChange(edit) ? edit.summary : "nothing to change";
  // A backup's path is the file's path with a suffix.
  const copy = backup === undefined ? "" : `; backup: ${label}${backup.slice(path.length)}`;
  return `${label}: ${summary}${copy}\n`;
}

function changeOf(edit: PlannedEdit): "made" | "changed" | "removed" | "unchanged" {
  if (!isChange(edit)) return "unchanged";
  if (edit.file.text === undefined) return "made";
  return edit.text === undefined ? "removed" : "changed";
}
