import type { Files } from "../../client-config/edit/files.ts";
import type { Machine } from "../../core/machine.ts";
import type { Sha256 } from "../../core/secret.ts";
import { defineCommand, type OptionsOf, type Result } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { type Applied, applyPlan, checkPlan, type Plan } from "./apply.ts";
import { CLIENT_CHOICES, findPlaces, type Places } from "./places.ts";
import { planConfigure } from "./plan.ts";
import { addToRecord, readRecord } from "./record.ts";
import { reportEdits } from "./report.ts";
import { dryRunWarnings, followUpWarnings, hiddenLoginWarnings } from "./warnings.ts";

const OPTIONS = {
  global: {
    kind: "flag",
    description: "Use docr for every registry; the current helper becomes docr's fallback",
  },
  client: {
    kind: "value",
    value: "name",
    description: "Clients to configure, by default the installed ones; podman includes skopeo and buildah",
    choices: CLIENT_CHOICES,
  },
  dryRun: { kind: "flag", description: "Show the changes as a diff without making them" },
} as const;

export const configureCommand = defineCommand({
  name: "configure",
  summary: "Set docr up as docker's and podman's credential helper",
  options: OPTIONS,
  examples: ["docr configure", "docr configure --global --dry-run", "docr configure --client podman"],
  needs: ["machine", "files", "clients", "sha256", "reporter"],
  run: ({ options }, context) => configure(options, context),
});

/** Sets docr up in the clients' files and changes nothing else in them. */
async function configure(
  { client, global: isGlobal, dryRun: isDryRun }: OptionsOf<typeof OPTIONS>,
  context: Pick<CommandContext, "machine" | "files" | "clients" | "sha256" | "reporter">,
): Promise<Result> {
  const { machine, sha256, reporter } = context;
  const files = await context.files();
  const places = findPlaces(machine, files, client);
  const applied = await applyConfiguration(places, { isGlobal, isDryRun }, { machine, files, sha256 });
  const { edits } = applied;
  const warnings = [
    ...hiddenLoginWarnings(edits),
    ...(isDryRun
      ? dryRunWarnings(edits, machine)
      : await followUpWarnings(edits, places, machine, await context.clients())),
  ];
  for (const warning of warnings) reporter.warn(warning);
  return reportEdits(applied, { isDryRun, withUnchanged: true, warnings });
}

export interface ConfigureScope {
  /** For every registry, not for DigitalOcean's alone. */
  readonly isGlobal: boolean;
  readonly isDryRun: boolean;
}

/** Sets docr up at the places, and records what to restore. Throws `client-config`. */
export async function applyConfiguration(
  places: Places,
  { isGlobal, isDryRun }: ConfigureScope,
  { machine, files, sha256 }: { readonly machine: Machine; readonly files: Files; readonly sha256: Sha256 },
): Promise<Applied> {
  const makePlan = (): Plan => {
    const edits = planConfigure(places, files, machine, isGlobal);
    const record = readRecord(files, places.record);
    return {
      edits,
      record: addToRecord(record, edits, sha256),
      needsBackup: ({ path, text = "" }) => record.get(path)?.after !== sha256(text),
    };
  };
  return isDryRun ? checkPlan(makePlan(), files) : applyPlan(makePlan, files, places.record);
}
