/** What `unconfigure` changes in which file. Reads, and writes nothing. */
import { type Change, editJson, findInJson } from "../../client-config/edit/json.ts";
import type { Sha256 } from "../../credentials/minting/cache-key.ts";
import type { FileSnapshot } from "../../client-config/edit/snapshot.ts";
import type { Files } from "../../client-config/edit/files.ts";
import type { Plan } from "./apply.ts";
import { nameKey, type PlannedEdit } from "./edit.ts";
import type { Places } from "./places.ts";
import { HELPER_PATH, helperAt, isOwnDropIn, OURSELVES, STORE_PATH } from "./plan.ts";
import type { ConfigureRecord, RecordedFile, RecordedKey } from "./record.ts";

export interface UnconfigureSituation {
  readonly places: Places;
  readonly files: Files;
  readonly record: ConfigureRecord;
  readonly sha256: Sha256;
  /** Whether every file that the record names is meant, wherever the environment has the clients look now. */
  readonly isEvery: boolean;
  /** Whether what was set for our host alone is to stay. */
  readonly isGlobalOnly: boolean;
}

/** What there is without a record, where somebody put us there by hand: no more than our name. */
const BY_HAND: readonly RecordedKey[] = [
  { path: HELPER_PATH, value: OURSELVES, was: undefined, isGlobal: false },
  { path: STORE_PATH, value: OURSELVES, was: undefined, isGlobal: true },
];

export function planUnconfigure(situation: UnconfigureSituation): Plan {
  const { places, files, record, isEvery } = situation;
  const left = new Map(record);
  const edits: PlannedEdit[] = [];
  // The clients' files first: as long as they name us we need our fallback.
  const paths = new Set([
    ...(places.docker === undefined ? [] : [places.docker]),
    ...places.podman,
    ...(places.dropIn === undefined ? [] : [places.dropIn]),
    ...(isEvery ? record.keys() : []),
    ...(places.docker === undefined ? [] : [places.ours]),
  ]);
  for (const path of paths) {
    const file = files.open(path);
    const recorded = record.get(path);
    const isOwn = path === places.dropIn || (recorded !== undefined && recorded.keys.length === 0);
    const planned = isOwn
      ? planOwn(file, recorded, situation)
      : planKeys(
          file,
          path === places.ours ? (recorded?.keys ?? []) : (recorded?.keys ?? BY_HAND),
          recorded,
          situation,
        );
    edits.push(planned.edit);
    if (planned.left === undefined) left.delete(path);
    else left.set(path, planned.left);
  }
  return { edits, record: left, needsBackup: () => false };
}

const AS_BEFORE = "as it was before docr configure";

interface Planned {
  readonly edit: PlannedEdit;
  /** What remains to be put back another time. */
  readonly left: RecordedFile | undefined;
}

/** podman's drop-in, which is ours as a whole as long as nobody has written into it. */
function planOwn(
  file: FileSnapshot,
  recorded: RecordedFile | undefined,
  { files, sha256 }: UnconfigureSituation,
): Planned {
  const former = recorded === undefined ? undefined : formerText(file, recorded, files, sha256);
  const isOurs = former === undefined && isOwnDropIn(file.text);
  const text = former === undefined ? (isOurs ? undefined : file.text) : former.text;
  const told = [text === undefined ? "removed" : AS_BEFORE];
  return { edit: { file, kind: "own", text, keys: [], isGlobal: true, told }, left: undefined };
}

function planKeys(
  file: FileSnapshot,
  keys: readonly RecordedKey[],
  recorded: RecordedFile | undefined,
  { files, sha256, isGlobalOnly }: UnconfigureSituation,
): Planned {
  const staying = isGlobalOnly ? keys.filter(({ isGlobal }) => !isGlobal) : [];
  const going = keys.filter((key) => !staying.includes(key));
  const edit = (text: string | undefined, told: readonly string[]): PlannedEdit => {
    return { file, kind: "keys", text, keys: [], isGlobal: false, told };
  };
  if (staying.length === 0 && recorded !== undefined) {
    const former = formerText(file, recorded, files, sha256);
    if (former !== undefined) {
      return {
        edit: edit(former.text, [former.text === undefined ? "removed" : AS_BEFORE]),
        left: undefined,
      };
    }
  }
  if (file.text === undefined) return { edit: edit(undefined, []), left: undefined };
  // What the person has set since is theirs.
  const ours = going.filter(({ path, value }) => helperAt(file, path) === value);
  const changes = ours.map(({ path, was }): Change => ({ path, value: was }));
  const told = ours.map(({ path, was }) =>
    was === undefined ? `${nameKey(path)} taken out` : `${nameKey(path)} is ${was} again`,
  );
  const changed =
    ours.length === 0 ? file.text : withoutEmpty(editJson(file.text, changes, file.label), ours, file.label);
  if (staying.length === 0 || recorded === undefined) return { edit: edit(changed, told), left: undefined };
  return {
    edit: edit(changed, told),
    left: { before: undefined, after: sha256(changed), keys: staying, isGlobal: recorded.isGlobal },
  };
}

/** Nobody needs the object that our key was alone in. */
function withoutEmpty(text: string, keys: readonly RecordedKey[], label: string): string {
  const parents = keys.flatMap(({ path }) => (path.length > 1 ? [path.slice(0, 1)] : []));
  const empty = parents.filter((path) => isEmpty(findInJson(text, path, label)));
  return editJson(
    text,
    empty.map((path): Change => ({ path, value: undefined })),
    label,
  );
}

const isEmpty = (found: unknown): boolean =>
  typeof found === "object" && Object.keys(Object(found)).length === 0;

/**
 * The text that was there before us, byte for byte, as long as nobody has changed the file since; undefined where
 * somebody has, or the copy of it is gone.
 */
function formerText(
  { path, text }: FileSnapshot,
  { before, after }: RecordedFile,
  files: Files,
  sha256: Sha256,
): { readonly text: string | undefined } | undefined {
  if (text === undefined || before === undefined || sha256(text) !== after) return undefined;
  if (before === null) return { text: undefined };
  const copies = files.backupsOf(path).map((copy) => files.open(copy).text);
  const found = copies.find((copy) => copy !== undefined && sha256(copy) === before);
  return found === undefined ? undefined : { text: found };
}
