import type { Files } from "../../client-config/edit/files.ts";
import type { Machine } from "../../core/machine.ts";
import type { Sha256 } from "../../core/secret.ts";
import { type Applied, applyPlan, checkPlan, type Plan } from "./apply.ts";
import type { Places } from "./places.ts";
import { planConfigure, type ConfigureScope } from "./plan.ts";
import { addToRecord, readRecord } from "./record.ts";

export interface ConfigureOrder {
  readonly scope: ConfigureScope;
  readonly isDryRun: boolean;
}

/** Sets docr up in the files of `places`, and records what to restore. Throws `client-config`. */
export async function applyConfiguration(
  places: Places,
  { scope, isDryRun }: ConfigureOrder,
  { machine, files, sha256 }: { readonly machine: Machine; readonly files: Files; readonly sha256: Sha256 },
): Promise<Applied> {
  const makePlan = (): Plan => {
    const edits = planConfigure(places, files, machine, scope);
    const record = readRecord(files, places.record);
    return {
      edits,
      record: addToRecord(record, edits, sha256),
      needsBackup: ({ path, text = "" }) => record.get(path)?.after !== sha256(text),
    };
  };
  if (isDryRun) return checkPlan(makePlan(), files);
  return files.exclusively(() => applyPlan(makePlan, files, places.record));
}
