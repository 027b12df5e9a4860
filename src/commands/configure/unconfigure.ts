import { unlessFailed } from "../../credentials/best-effort.ts";
import { defineCommand, type Result } from "../command.ts";
import type { FileSnapshot } from "../../client-config/edit/snapshot.ts";
import type { Files } from "../../client-config/edit/files.ts";
import type { VerbPorts } from "../ports.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import { type Applied, applyPlan, type Plan, readRecord } from "./apply.ts";
import { checkPlan, type ConfigureOptions } from "./configure.ts";
import { isChange, type PlannedEdit } from "./edit.ts";
import { findPlaces } from "./places.ts";
import { helperAt, OURSELVES, STORE_PATH } from "./plan.ts";
import { remarksOnRest } from "./warnings.ts";
import { showEdits } from "./report.ts";
import { planUnconfigure } from "./undo.ts";

export const unconfigureCommand = defineCommand({
  name: "unconfigure",
  summary: "take docr out of the clients' configuration, and put back what was there",
  options: {
    global: { kind: "flag", description: "take out no more than what configure --global put in" },
    client: {
      kind: "value",
      value: "name",
      description: "docker, podman (with skopeo and buildah) or all, which is meant unless told",
    },
    dryRun: { kind: "flag", description: "show as a diff what would change, and change nothing" },
  },
  examples: ["docr unconfigure", "docr unconfigure --dry-run"],
  needs: ["legacy"],
  run: async ({ options }, { legacy }) => unconfigure(legacy, options),
});

/** Puts back what `configure` replaced; in a file that somebody has changed since, takes out our own keys alone. */
export async function unconfigure(ports: VerbPorts, options: ConfigureOptions): Promise<Result> {
  const files = await ports.files();
  const places = findPlaces(ports.machine, files, options.client ?? "all");
  const isEvery = options.client === undefined;
  const makePlan = (): Plan => {
    const record = readRecord(files, places.record);
    const { sha256 } = ports.domain;
    return planUnconfigure({ places, files, record, sha256, isEvery, isGlobalOnly: options.global === true });
  };
  const isDry = options.dryRun === true;
  const applied: Applied = isDry
    ? checkPlan(makePlan(), files)
    : await applyPlan(makePlan, { files, recordPath: places.record });
  const copies = isDry ? [] : applied.edits.flatMap((edit) => removeCopies(edit, files));
  const remarks = [
    ...(options.global === true ? [] : [...remarksOnRest(applied.edits), ...copies.map(remarkOnCopy)]),
    ...(isDry || !applied.edits.some(endsGlobally) ? [] : await remarksOnLogins(ports)),
  ];
  for (const remark of remarks) ports.terminal.remark(remark);
  return showEdits(applied, { isDry, withUnchanged: false, remarks });
}

/** Removes the copies of what is in the file again, because they may hold passwords. Returns the names of the others. */
function removeCopies({ file: { path }, text }: PlannedEdit, files: Files): readonly string[] {
  const copies = files.backupsOf(path).map((copy) => files.open(copy));
  for (const copy of copies) if (copy.text === text) files.replace(copy, undefined);
  return copies.filter((copy) => copy.text !== text).map(({ label }) => label);
}

function remarkOnCopy(label: string): string {
  return `${label} is from before docr configure, with any password that was in the file then: remove it when nobody needs it`;
}

/** Whether a client asked docr for every registry and no longer does. */
function endsGlobally(edit: PlannedEdit): boolean {
  const { file, kind, text } = edit;
  if (kind === "own") return isChange(edit);
  return isStore(file) && !isStore({ ...file, text });
}

function isStore(file: FileSnapshot): boolean {
  return helperAt(file, STORE_PATH) === OURSELVES;
}

/** After a migrate, nobody would know why a pull fails. A keychain that is closed is no reason not to go on. */
async function remarksOnLogins({ domain }: VerbPorts): Promise<readonly string[]> {
  const logins = await unlessFailed(() => domain.logins.all());
  const hosts = [...(logins?.keys() ?? [])].filter((host) => host !== REGISTRY_HOST);
  return hosts.length === 0
    ? []
    : [
        `docr keeps the login for ${hosts.join(", ")}, which clients find no more: docker login makes a new one`,
      ];
}
