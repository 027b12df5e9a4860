import { MaskedText, maskJson, unmasked } from "../../client-config/edit/masked-diff.ts";
import type { FileSnapshot } from "../../client-config/edit/snapshot.ts";
import type { RecordedKey } from "./record.ts";

/** One file as it is to be. */
export interface PlannedEdit {
  readonly file: FileSnapshot;
  /** `keys`: somebody else's JSON, in which single keys change; `own`: a file that we write as a whole. */
  readonly kind: "keys" | "own";
  /** Undefined where there is to be no file. */
  readonly text: string | undefined;
  /** What is set in it; empty where it is to lose what was set. */
  readonly keys: readonly RecordedKey[];
  /** For a file that is ours as a whole. */
  readonly isGlobal: boolean;
  /** What changes, in words. */
  readonly told: readonly string[];
}

export function isChange({ file, text }: PlannedEdit): boolean {
  return file.text !== text;
}

/** As `diff -u` would show it, without any secret. */
export function diffOf({ file, kind, text }: PlannedEdit): string {
  const mask = kind === "own" ? unmasked : maskJson;
  const after = new MaskedText(mask, text ?? "");
  return new MaskedText(mask, file.text ?? "").diffTo(after, file.label);
}

/** `credHelpers["registry.digitalocean.com"]`, say. */
export function nameKey([first = "", ...more]: readonly string[]): string {
  return first + more.map((name) => `["${name}"]`).join("");
}

export type ChangeName = "made" | "changed" | "removed" | "unchanged";

export function nameChange(edit: PlannedEdit): ChangeName {
  if (!isChange(edit)) return "unchanged";
  if (edit.file.text === undefined) return "made";
  return edit.text === undefined ? "removed" : "changed";
}
