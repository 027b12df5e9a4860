/** Plans the changes of `docr unconfigure`, without making them. */
import type { Files } from "../../client-config/edit/files.ts";
import { editJson, findInJson, type JsonChange } from "../../client-config/edit/json.ts";
import type { FileSnapshot } from "../../client-config/edit/snapshot.ts";
import { DOCR } from "../../client-config/uses.ts";
import type { Sha256 } from "../../core/secret.ts";
import type { Plan } from "./apply.ts";
import { type KeyChange, keyLabel, type PlannedEdit } from "./edit.ts";
import type { Places } from "./places.ts";
import { HELPER_PATH, helperAt, isOwnDropIn, STORE_PATH } from "./plan.ts";
import type { ConfigureRecord, RecordedFile } from "./record.ts";

export interface UndoSituation {
  readonly places: Places;
  readonly files: Files;
  readonly record: ConfigureRecord;
  readonly sha256: Sha256;
  /** Include every file in the record, even if the environment now names other files. */
  readonly isEveryFile: boolean;
  /** Keep the keys that are only for DigitalOcean's registry. */
  readonly isGlobalOnly: boolean;
}

/** Without a record, the user has set docr up by hand. docr then removes only its own name. */
const BY_HAND: readonly KeyChange[] = [
  { path: HELPER_PATH, value: DOCR, previous: undefined, isGlobal: false },
  { path: STORE_PATH, value: DOCR, previous: undefined, isGlobal: true },
];

export function planUnconfigure(situation: UndoSituation): Plan {
  const { places, files, record, isEveryFile } = situation;
  const left = new Map(record);
  const edits: PlannedEdit[] = [];
  // Change the clients' files first: docr needs its fallback helper as long as a client asks docr.
  const paths = new Set([
    ...(places.docker === undefined ? [] : [places.docker]),
    ...places.podman,
    ...(places.dropIn === undefined ? [] : [places.dropIn]),
    ...(isEveryFile ? record.keys() : []),
    ...(places.docker === undefined ? [] : [places.docrConfig]),
  ]);
  for (const path of paths) {
    const file = files.open(path);
    const recorded = record.get(path);
    const undone =
      path === places.dropIn || recorded?.kind === "whole-file"
        ? undoWholeFile(file, recorded, situation)
        : undoKeys(file, recorded, situation);
    edits.push(undone.edit);
    if (undone.left === undefined) left.delete(path);
    else left.set(path, undone.left);
  }
  return { edits, record: left, needsBackup: () => false };
}

const AS_BEFORE = "restored as it was before docr configure";

interface Undone {
  readonly edit: PlannedEdit;
  /** The part of the record that a later run must restore. */
  readonly left: RecordedFile | undefined;
}

/** Restores or removes podman's drop-in, unless another program has changed it. */
function undoWholeFile(
  file: FileSnapshot,
  recorded: RecordedFile | undefined,
  situation: UndoSituation,
): Undone {
  const original = originalText(file, recorded, situation);
  const text = original === undefined ? (isOwnDropIn(file.text) ? undefined : file.text) : original.text;
  const summary = text === undefined ? "removed" : AS_BEFORE;
  return { edit: { kind: "whole-file", file, text, summary }, left: undefined };
}

function undoKeys(file: FileSnapshot, recorded: RecordedFile | undefined, situation: UndoSituation): Undone {
  const { places, sha256, isGlobalOnly } = situation;
  const keys = recorded?.kind === "keys" ? recorded.keys : file.path === places.docrConfig ? [] : BY_HAND;
  const staying = isGlobalOnly ? keys.filter(({ isGlobal }) => !isGlobal) : [];
  if (staying.length === 0) {
    const original = originalText(file, recorded, situation);
    if (original !== undefined) {
      const summary = original.text === undefined ? "removed" : AS_BEFORE;
      return { edit: { kind: "keys", file, text: original.text, changes: [], summary }, left: undefined };
    }
  }
  if (file.text === undefined) {
    return { edit: { kind: "keys", file, text: undefined, changes: [], summary: "" }, left: undefined };
  }
  const { text, summary } = restoreKeys(
    file,
    file.text,
    keys.filter((key) => !staying.includes(key)),
  );
  const left: RecordedFile | undefined =
    staying.length === 0 || recorded === undefined
      ? undefined
      : { kind: "keys", before: undefined, after: sha256(text), keys: staying };
  return { edit: { kind: "keys", file, text, changes: [], summary }, left };
}

/** Restores the keys that still have docr's value. Keeps values that the user has set since. */
function restoreKeys(
  file: FileSnapshot,
  text: string,
  keys: readonly KeyChange[],
): { readonly text: string; readonly summary: string } {
  const restored = keys.filter(({ path, value }) => helperAt(file, path) === value);
  const changes = restored.map(({ path, previous }): JsonChange => ({ path, value: previous }));
  const parts = restored.map(({ path, previous }) =>
    previous === undefined ? `removed ${keyLabel(path)}` : `restored ${keyLabel(path)} to ${previous}`,
  );
  if (restored.length === 0) return { text, summary: "" };
  const edited = editJson(text, changes, file.label);
  return { text: withoutEmptyParents(edited, restored, file.label), summary: parts.join(", ") };
}

/** Removes objects that are empty without docr's key. */
function withoutEmptyParents(text: string, keys: readonly KeyChange[], label: string): string {
  const parents = keys.flatMap(({ path }) => (path.length > 1 ? [path.slice(0, 1)] : []));
  const empty = parents.filter((path) => isEmpty(findInJson(text, path, label)));
  return editJson(
    text,
    empty.map((path): JsonChange => ({ path, value: undefined })),
    label,
  );
}

const isEmpty = (found: unknown): boolean =>
  typeof found === "object" && Object.keys(Object(found)).length === 0;

/**
 * Returns the text before the first `docr configure`, byte for byte. Returns undefined if another program has changed the file since,
 * or if the backup is missing.
 */
function originalText(
  { path, text }: FileSnapshot,
  recorded: RecordedFile | undefined,
  { files, sha256 }: UndoSituation,
): { readonly text: string | undefined } | undefined {
  if (recorded?.before === undefined || text === undefined || sha256(text) !== recorded.after) {
    return undefined;
  }
  if (recorded.before === null) return { text: undefined };
  const copies = files.backupsOf(path).map((copy) => files.open(copy).text);
  const found = copies.find((copy) => copy !== undefined && sha256(copy) === recorded.before);
  return found === undefined ? undefined : { text: found };
}
