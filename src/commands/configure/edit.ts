/** Edits that are planned and not made yet. */
import { maskJson, ownText, unifiedDiff } from "../../client-config/edit/masked-diff.ts";
import type { FileSnapshot } from "../../client-config/edit/snapshot.ts";

/** One key that is set in a JSON file. */
export interface KeyChange {
  readonly path: readonly string[];
  readonly value: string;
  /** The value before. Undefined if there was none. */
  readonly previous: string | undefined;
  /** Set for every registry, not for DigitalOcean's alone. */
  readonly isGlobal: boolean;
}

export type PlannedEdit =
  /** A client's JSON file, in which single keys change. */
  | {
      readonly kind: "keys";
      readonly file: FileSnapshot;
      /** Undefined if the file is to be removed. */
      readonly text: string | undefined;
      /** The keys to record, so that `docr unconfigure` can restore them. */
      readonly changes: readonly KeyChange[];
      /** What changes, for the user. */
      readonly summary: string;
    }
  /** A file that docr writes as a whole. */
  | {
      readonly kind: "whole-file";
      readonly file: FileSnapshot;
      readonly text: string | undefined;
      readonly summary: string;
    };

export function isChange({ file, text }: PlannedEdit): boolean {
  return file.text !== text;
}

/** The edit as `diff -u` would show it, without secrets. */
export function diffOf({ kind, file, text }: PlannedEdit): string {
  const mask = kind === "whole-file" ? ownText : maskJson;
  return unifiedDiff(mask(file.text ?? ""), mask(text ?? ""), file.label);
}

/** The key as the user would write it: `credHelpers["registry.digitalocean.com"]`. */
export function keyLabel([first = "", ...more]: readonly string[]): string {
  return first + more.map((name) => `["${name}"]`).join("");
}
