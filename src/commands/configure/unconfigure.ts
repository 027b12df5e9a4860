import { parseSnapshot } from "../../client-config/client-file.ts";
import type { Files } from "../../client-config/edit/files.ts";
import type { FileSnapshot } from "../../client-config/edit/snapshot.ts";
import { DOCR } from "../../client-config/uses.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import { undefinedIfFailed } from "../../credentials/best-effort.ts";
import { defineCommand, type OptionsOf, type Result } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { applyPlan, checkPlan, type Plan } from "./apply.ts";
import { isChange, type PlannedEdit } from "./edit.ts";
import { CLIENT_CHOICES, findPlaces } from "./places.ts";
import { readRecord } from "./record.ts";
import { reportEdits } from "./report.ts";
import { planUnconfigure } from "./undo.ts";
import { remainingUseWarnings } from "./warnings.ts";

const OPTIONS = {
  global: { kind: "flag", description: "Undo only docr configure --global" },
  client: {
    kind: "value",
    value: "name",
    description: "Clients to restore, by default all",
    choices: CLIENT_CHOICES,
  },
  dryRun: { kind: "flag", description: "Show the changes as a diff without making them" },
} as const;

export const unconfigureCommand = defineCommand({
  name: "unconfigure",
  summary: "Undo docr configure and restore the previous settings",
  options: OPTIONS,
  examples: ["docr unconfigure", "docr unconfigure --dry-run"],
  needs: ["machine", "files", "logins", "sha256", "reporter"],
  run: ({ options }, context) => unconfigure(options, context),
});

/** Restores what `docr configure` replaced. If another program has changed a file since, removes only docr's keys from it. */
async function unconfigure(
  { client, global: isGlobalOnly, dryRun: isDryRun }: OptionsOf<typeof OPTIONS>,
  context: Pick<CommandContext, "machine" | "files" | "logins" | "sha256" | "reporter">,
): Promise<Result> {
  const { machine, logins, sha256, reporter } = context;
  const files = await context.files();
  const places = findPlaces(machine, files, client ?? "all");
  const makePlan = (): Plan => {
    const record = readRecord(files, places.record);
    const isEveryFile = client === undefined;
    return planUnconfigure({ places, files, record, sha256, isEveryFile, isGlobalOnly });
  };
  const undo = async () => {
    const applied = await applyPlan(makePlan, files, places.record);
    return { applied, copies: applied.edits.flatMap((edit) => removeBackups(edit, files)) };
  };
  const { applied, copies } = isDryRun
    ? { applied: checkPlan(makePlan(), files), copies: [] }
    : await files.exclusively(undo);
  const warnings = [
    ...(isGlobalOnly ? [] : [...remainingUseWarnings(applied.edits), ...copies.map(backupWarning)]),
    ...(isDryRun || !applied.edits.some(endsOtherUse) ? [] : await storedLoginWarnings(logins)),
  ];
  for (const warning of warnings) reporter.warn(warning);
  return reportEdits(applied, { isDryRun, withUnchanged: false, warnings });
}

/** Removes the backups of the restored text, because they may contain passwords. Returns the labels of the other backups. */
function removeBackups({ file: { path }, text }: PlannedEdit, files: Files): readonly string[] {
  const copies = files.backupsOf(path).map((copy) => files.open(copy));
  for (const copy of copies) if (copy.text === text) files.replace(copy, undefined);
  return copies.filter((copy) => copy.text !== text).map(({ label }) => label);
}

function backupWarning(label: string): string {
  return `${label} is a backup from before docr configure and may hold passwords; delete it if you do not need it`;
}

/** Whether the edit stops a client from asking docr for a registry other than DigitalOcean's. */
function endsOtherUse(edit: PlannedEdit): boolean {
  const { kind, file, text } = edit;
  if (kind === "whole-file") return isChange(edit);
  const left = new Set(text === undefined ? [] : otherUsesIn({ ...file, text }));
  return otherUsesIn(file).some((use) => !left.has(use));
}

/** The hosts for which the file names docr, and `*` for every host. */
function otherUsesIn(file: FileSnapshot): readonly string[] {
  const { credHelpers, credsStore } = parseSnapshot(file);
  const hosts = [...credHelpers].flatMap(([host, helper]) => (helper === DOCR ? [host] : []));
  return [...hosts.filter((host) => host !== REGISTRY_HOST), ...(credsStore === DOCR ? ["*"] : [])];
}

/** As many hosts as fit into one line of a terminal. */
const MOST_HOSTS = 3;

/** Warns about stored logins that clients no longer find, because the clients' errors do not say why. Empty if the store is locked. */
async function storedLoginWarnings(logins: CommandContext["logins"]): Promise<readonly string[]> {
  const all = await undefinedIfFailed(() => logins.all());
  const hosts = [...(all?.intact.keys() ?? [])].filter((host) => host !== REGISTRY_HOST);
  if (hosts.length === 0) return [];
  if (hosts.length > MOST_HOSTS) {
    return [`docr stores ${hosts.length} logins that clients no longer find; see docr registry list`];
  }
  return [
    `docr stores the login for ${hosts.join(", ")}, which clients no longer find; log in again with docker login`,
  ];
}
