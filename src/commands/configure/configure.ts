import { defineCommand, type Result } from "../command.ts";
import type { ClientUse } from "../../client-config/types.ts";
import type { Files } from "../../client-config/edit/files.ts";
import type { VerbPorts } from "../ports.ts";
import type { Sha256 } from "../../credentials/minting/cache-key.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import { type Applied, applyPlan, type Plan, readRecord } from "./apply.ts";
import { isChange, type PlannedEdit } from "./edit.ts";
import { findPlaces } from "./places.ts";
import { planConfigure } from "./plan.ts";
import type { ConfigureRecord, RecordedFile } from "./record.ts";
import { remarksOn, remarksOnLogins } from "./warnings.ts";
import { showEdits } from "./report.ts";

export interface ConfigureOptions {
  readonly global?: boolean;
  readonly client?: string | undefined;
  readonly dryRun?: boolean;
}

export const configureCommand = defineCommand({
  name: "configure",
  summary: "have docker and podman ask docr for logins",
  options: {
    global: {
      kind: "flag",
      description:
        "for every registry, not for DigitalOcean's alone; a helper that is there now stays behind docr",
    },
    client: {
      kind: "value",
      value: "name",
      description: "docker, podman (with skopeo and buildah) or all; those that are here, unless told",
    },
    dryRun: { kind: "flag", description: "show as a diff what would change, and change nothing" },
  },
  examples: ["docr configure", "docr configure --global --dry-run", "docr configure --client podman"],
  needs: ["legacy"],
  run: async ({ options }, { legacy }) => configure(legacy, options),
});

/** Puts us into the clients' files; what is there already stays as it is. */
export async function configure(ports: VerbPorts, options: ConfigureOptions): Promise<Result> {
  const put = await putIn(ports, options);
  const { applied } = put;
  const remarks = [...remarksOnLogins(applied.edits), ...(await put.tellRest())];
  for (const remark of remarks) ports.terminal.remark(remark);
  return showEdits(applied, { isDry: options.dryRun === true, withUnchanged: true, remarks });
}

export interface PutIn {
  readonly applied: Applied;
  /** What the person should know beside that, as it is by then: a line each. */
  tellRest(): Promise<readonly string[]>;
}

export async function putIn(ports: VerbPorts, options: ConfigureOptions): Promise<PutIn> {
  const files = await ports.files();
  const places = findPlaces(ports.machine, files, options.client);
  const makePlan = (): Plan => {
    const edits = planConfigure(places, files, options.global === true, ports.machine);
    const record = readRecord(files, places.record);
    const { sha256 } = ports.domain;
    return {
      edits,
      record: noteEdits(record, edits, sha256),
      needsBackup: ({ path, text = "" }) => record.get(path)?.after !== sha256(text),
    };
  };
  const isDry = options.dryRun === true;
  const applied: Applied = isDry
    ? checkPlan(makePlan(), files)
    : await applyPlan(makePlan, { files, recordPath: places.record });
  const isMeant = ({ client }: ClientUse): boolean =>
    client === "docker" ? places.docker !== undefined : places.podman.length > 0;
  const tellRest = async (): Promise<readonly string[]> => {
    const { shadowedBy } = await (await ports.clients()).usesOf(REGISTRY_HOST);
    return remarksOn(applied.edits, ports.machine, isDry ? [] : shadowedBy.filter(isMeant));
  };
  return { applied, tellRest };
}

/** What a dry run can tell: that it would not fail. */
export function checkPlan({ edits }: Plan, files: Files): Applied {
  for (const { file } of edits.filter(isChange)) files.checkWritable(file);
  return { edits, backups: new Map() };
}

/** The record with these edits in it. What an earlier run has replaced stays what is put back. */
function noteEdits(record: ConfigureRecord, edits: readonly PlannedEdit[], sha256: Sha256): ConfigureRecord {
  const noted = new Map(record);
  for (const edit of edits.filter(isChange)) {
    const { path, text } = edit.file;
    const now = text === undefined ? null : sha256(text);
    noted.set(path, noteEdit(record.get(path), now, edit, sha256(edit.text ?? "")));
  }
  return noted;
}

function noteEdit(
  earlier: RecordedFile | undefined,
  now: string | null,
  { keys, isGlobal }: PlannedEdit,
  after: string,
): RecordedFile {
  const isFresh = earlier === undefined || (earlier.before !== undefined && earlier.before === now);
  if (isFresh) return { before: now, after, keys, isGlobal };
  const kept = earlier.keys.filter(({ path }) => !keys.some((key) => isSamePath(key.path, path)));
  const merged = keys.map((key) => {
    const first = earlier.keys.find(({ path }) => isSamePath(key.path, path));
    // Where it still was what we had set, what was there before that is what counts.
    return first?.value === key.was && first !== undefined ? { ...key, was: first.was } : key;
  });
  // Somebody else has changed it between two runs of ours: nobody can tell their part from ours as bytes.
  const before = earlier.after === now ? earlier.before : undefined;
  return { before, after, keys: [...kept, ...merged], isGlobal };
}

function isSamePath(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}
