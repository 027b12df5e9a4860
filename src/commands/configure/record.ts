/** What `configure` has changed, so that `unconfigure` puts it back: docr/configured.json. It holds no secret. */
import { HelperError } from "../../core/errors.ts";

/** One key that was set. */
export interface RecordedKey {
  readonly path: readonly string[];
  readonly value: string;
  /** What it held before; undefined for nothing. */
  readonly was: string | undefined;
  /** Whether it was set for every registry, not for ours alone. */
  readonly isGlobal: boolean;
}

export interface RecordedFile {
  /** Digest of the text before the first change: null where there was no file, undefined where nobody can tell any more. */
  readonly before: string | null | undefined;
  /** Digest of the text after the last change: while it holds, nobody else has changed the file. */
  readonly after: string;
  /** Empty for a file that is ours as a whole. */
  readonly keys: readonly RecordedKey[];
  /** For a file that is ours as a whole. */
  readonly isGlobal: boolean;
}

/** By path, as the client names the file. */
export type ConfigureRecord = ReadonlyMap<string, RecordedFile>;

const VERSION = 1;

export function encodeRecord(record: ConfigureRecord): string {
  return `${JSON.stringify({ version: VERSION, files: Object.fromEntries(record) }, null, 2)}\n`;
}

/** Throws `client-config` for what this program did not write: guessing what was there before would break it. */
export function decodeRecord(text: string | undefined, label: string): ConfigureRecord {
  if (text === undefined) return new Map();
  const bad = new HelperError("client-config", `${label} is not as docr configure left it`, {
    hint: "remove it; then docr unconfigure takes out no more than our own name",
  });
  const { version, files } = fieldsOf(parse(text, bad));
  if (version !== VERSION || typeof files !== "object" || files === null) throw bad;
  return new Map(
    Object.entries(files).map(([path, file]) => {
      const decoded = decodeFile(fieldsOf(file));
      if (decoded === undefined) throw bad;
      return [path, decoded];
    }),
  );
}

function decodeFile(fields: Fields): RecordedFile | undefined {
  const { before, after, keys, isGlobal } = fields;
  if (before !== undefined && before !== null && typeof before !== "string") return undefined;
  if (typeof after !== "string" || typeof isGlobal !== "boolean" || !Array.isArray(keys)) return undefined;
  const decoded = keys.map((key) => decodeKey(fieldsOf(key)));
  return decoded.every((key) => key !== undefined) ? { before, after, keys: decoded, isGlobal } : undefined;
}

function decodeKey({ path, value, was, isGlobal }: Fields): RecordedKey | undefined {
  if (!Array.isArray(path) || !path.every((name): name is string => typeof name === "string"))
    return undefined;
  if (was !== undefined && typeof was !== "string") return undefined;
  if (typeof value !== "string" || typeof isGlobal !== "boolean") return undefined;
  return { path, value, was, isGlobal };
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function parse(text: string, bad: HelperError): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw bad;
  }
}
