/** Edits that docr has planned but not made. */
import { maskJson, ownText, unifiedDiff } from "../../client-config/edit/masked-diff.ts";
import type { FileSnapshot } from "../../client-config/edit/snapshot.ts";

/** One key that docr sets in a JSON file. */
export interface KeyChange {
  readonly path: readonly string[];
  readonly value: string;
  /** The previous value. Undefined if there was none. */
  readonly previous: string | undefined;
  /** Whether the key is for every registry, not only for DigitalOcean's. */
  readonly isGlobal: boolean;
}

export type PlannedEdit =
  /** A JSON file in which docr changes single keys. */
  | {
      readonly kind: "keys";
      readonly file: FileSnapshot;
      /** Undefined to remove the file. */
      readonly text: string | undefined;
      /** The keys to record, so that `docr unconfigure` can restore them. */
      readonly changes: readonly KeyChange[];
      /** Describes the change, for the user. */
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

/** Returns the edit as a diff like `diff -u`, without secrets. */
export function diffOf({ kind, file, text }: PlannedEdit): string {
  const mask = kind === "whole-file" ? ownText : maskJson;
  return unifiedDiff(mask(file.text ?? ""), mask(text ?? ""), file.label);
}

/** Formats the key for display: `credHelpers["registry.digitalocean.com"]`. */
export function keyLabel([first = "", ...more]: readonly string[]): string {
  return first + more.map((name) => `["${name}"]`).join("");
}
