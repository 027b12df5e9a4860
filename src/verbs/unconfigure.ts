import type { Command } from "commander";
import { unlessFailed } from "../helper/quietly.ts";
import { examples, type Frame } from "../people/frame.ts";
import type { EditedFile, Result, VerbPorts } from "../people/ports.ts";
import { REGISTRY_HOST } from "../registry/address.ts";
import { type Applied, applyPlan, type Plan, readRecord } from "./configure-apply.ts";
import { checkPlan, type ConfigureOptions } from "./configure.ts";
import { isChange, type PlannedEdit } from "./configure-edit.ts";
import { findPlaces } from "./configure-places.ts";
import { helperAt, OURSELVES, STORE_PATH } from "./configure-plan.ts";
import { remarksOnRest } from "./configure-remarks.ts";
import { showEdits } from "./configure-report.ts";
import { planUnconfigure } from "./unconfigure-plan.ts";

export function addUnconfigure(program: Command, frame: Frame): void {
  frame
    .command(
      program,
      "unconfigure",
      "take docr out of the clients' configuration, and put back what was there",
    )
    .option("--global", "take out no more than what configure --global put in")
    .option("--client <name>", "docker, podman (with skopeo and buildah) or all, which is meant unless told")
    .option("--dry-run", "show as a diff what would change, and change nothing")
    .addHelpText("after", examples(["docr unconfigure", "docr unconfigure --dry-run"]))
    .action(async (options: ConfigureOptions) => frame.finish(await unconfigure(frame.ports, options)));
}

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
  if (!isDry) {
    // What is in them is in the files again; they may hold passwords.
    for (const { file, text } of applied.edits) {
      for (const backup of files.backupsOf(file.path).map((path) => files.open(path))) {
        if (backup.text === text) files.replace(backup, undefined);
      }
    }
  }
  const remarks = [
    ...(options.global === true ? [] : remarksOnRest(applied.edits)),
    ...(isDry || !applied.edits.some(endsGlobally) ? [] : await remarksOnLogins(ports)),
  ];
  for (const remark of remarks) ports.terminal.remark(remark);
  return showEdits(applied, { isDry, withUnchanged: false, remarks });
}

/** Whether a client asked docr for every registry and no longer does. */
function endsGlobally(edit: PlannedEdit): boolean {
  const { file, kind, text } = edit;
  if (kind === "own") return isChange(edit);
  return isStore(file) && !isStore({ ...file, text });
}

function isStore(file: EditedFile): boolean {
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
