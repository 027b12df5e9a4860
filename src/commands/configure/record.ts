/** docr/configured.json: the record of what `docr configure` changed, so that `docr unconfigure` can restore it. It contains no secret. */
import type { Files } from "../../client-config/edit/files.ts";
import { HelperError } from "../../core/errors.ts";
import { isJsonObject, parseJsonObject } from "../../core/json.ts";
import type { Sha256 } from "../../core/secret.ts";
import { isChange, type KeyChange, type PlannedEdit } from "./edit.ts";

interface Digests {
  /** The digest of the text before the first change. Null if there was no file. Undefined if unknown. */
  readonly before: string | null | undefined;
  /** The digest of the text after the last change. If it still matches, no other program has changed the file. */
  readonly after: string;
}

export type RecordedFile = Digests &
  (
    | { readonly kind: "keys"; readonly keys: readonly KeyChange[] }
    /** A file that docr wrote as a whole. */
    | { readonly kind: "whole-file" }
  );

/** Recorded files by the client's paths. */
export type ConfigureRecord = ReadonlyMap<string, RecordedFile>;

const VERSION = 1;

/** Throws `client-config` if the record cannot be read or docr did not write it. */
export function readRecord(files: Files, path: string): ConfigureRecord {
  const { text, label } = files.open(path);
  return decodeRecord(text, label);
}

/** Adds the edits. The values to restore stay those from before the first run of `docr configure`. */
export function addToRecord(
  record: ConfigureRecord,
  edits: readonly PlannedEdit[],
  sha256: Sha256,
): ConfigureRecord {
  const added = new Map(record);
  for (const edit of edits.filter(isChange)) {
    const { path, text } = edit.file;
    const before = text === undefined ? null : sha256(text);
    added.set(path, recordEdit(record.get(path), before, edit, sha256(edit.text ?? "")));
  }
  return added;
}

function recordEdit(
  earlier: RecordedFile | undefined,
  now: string | null,
  edit: PlannedEdit,
  after: string,
): RecordedFile {
  const isFirst = earlier === undefined || (earlier.before !== undefined && earlier.before === now);
  // If another program has changed the file between two runs, docr cannot restore the whole first text.
  const before = isFirst ? now : earlier.after === now ? earlier.before : undefined;
  if (edit.kind === "whole-file") return { kind: "whole-file", before, after };
  const earlierKeys = isFirst || earlier.kind === "whole-file" ? [] : earlier.keys;
  return { kind: "keys", before, after, keys: mergeKeys(earlierKeys, edit.changes) };
}

function mergeKeys(earlier: readonly KeyChange[], changes: readonly KeyChange[]): readonly KeyChange[] {
  const untouched = earlier.filter(({ path }) => !changes.some((change) => isSamePath(change.path, path)));
  const merged = changes.map((change) => {
    const first = earlier.find(({ path }) => isSamePath(change.path, path));
    // If this edit replaces docr's own value, restore the value before that.
    return first?.value === change.previous && first !== undefined
      ? { ...change, previous: first.previous }
      : change;
  });
  return [...untouched, ...merged];
}

function isSamePath(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}

export function encodeRecord(record: ConfigureRecord): string {
  const files = Object.fromEntries([...record].map(([path, file]) => [path, encodeFile(file)]));
  return `${JSON.stringify({ version: VERSION, files }, null, 2)}\n`;
}

/** A file without keys is one that docr wrote as a whole. `isGlobal` is there because earlier versions require it. */
function encodeFile(file: RecordedFile): unknown {
  const { before, after } = file;
  if (file.kind === "whole-file") return { before, after, keys: [], isGlobal: true };
  const keys = file.keys.map(({ path, value, previous, isGlobal }) => {
    return { path, value, was: previous, isGlobal };
  });
  return { before, after, keys, isGlobal: false };
}

/** Throws `client-config` if docr did not write the text: guessing the previous values could break the files. */
function decodeRecord(text: string | undefined, label: string): ConfigureRecord {
  if (text === undefined) return new Map();
  const bad = new HelperError("client-config", `${label} was not written by docr configure`, {
    hint: "delete it; docr unconfigure then removes only docr's own name",
  });
  const { version, files } = parseJsonObject(text) ?? {};
  if (version !== VERSION || !isJsonObject(files)) throw bad;
  return new Map(
    Object.entries(files).map(([path, file]) => {
      const decoded = decodeFile(file);
      if (decoded === undefined) throw bad;
      return [path, decoded];
    }),
  );
}

function decodeFile(file: unknown): RecordedFile | undefined {
  if (!isJsonObject(file)) return undefined;
  const { before, after, keys, isGlobal } = file;
  if (before !== undefined && before !== null && typeof before !== "string") return undefined;
  if (typeof after !== "string" || typeof isGlobal !== "boolean" || !Array.isArray(keys)) return undefined;
  if (keys.length === 0) return { kind: "whole-file", before, after };
  const decoded = keys.map(decodeKey);
  return decoded.every((key) => key !== undefined)
    ? { kind: "keys", before, after, keys: decoded }
    : undefined;
}

function decodeKey(key: unknown): KeyChange | undefined {
  if (!isJsonObject(key)) return undefined;
  const { path, value, was, isGlobal } = key;
  if (!Array.isArray(path) || !path.every((name): name is string => typeof name === "string"))
    return undefined;
  if (was !== undefined && typeof was !== "string") return undefined;
  if (typeof value !== "string" || typeof isGlobal !== "boolean") return undefined;
  return { path, value, previous: was, isGlobal };
}
