import { DOCR } from "../../client-config/uses.ts";
import { HelperError } from "../../core/errors.ts";
import type { Machine } from "../../core/machine.ts";
import { hasProgram } from "../../system/executables.ts";
import { defineCommand, type OptionsOf, type Result } from "../command.ts";
import type { CommandContext } from "../context.ts";
import type { ClientSetup } from "../migrate/clients.ts";
import { createDestination, type Destination } from "../migrate/destination.ts";
import type { Finds, FoundLogin } from "../migrate/found-logins.ts";
import { removeFromFiles } from "../migrate/move.ts";
import { orWithdraw } from "../migrate/store-logins.ts";
import { storeNameOf } from "../../config/general.ts";
import { applyConfiguration } from "./apply-configuration.ts";
import { createComparison } from "./compare-with-docr.ts";
import type { PlannedEdit } from "./edit.ts";
import { findLostLogins } from "./lost-logins.ts";
import { checkMovable, confirmMove, eraseMoved, storeAll } from "./move-lost-logins.ts";
import { CLIENT_CHOICES, findPlaces, type Places } from "./places.ts";
import { DIGITALOCEAN, FALLBACK_PATH, helperAt, planConfigure, type ConfigureScope } from "./plan.ts";
import { reportEdits } from "./report.ts";
import { dryRunWarnings, followUpWarnings, hiddenLoginWarnings, lostLoginWarnings } from "./warnings.ts";

const OPTIONS = {
  global: {
    kind: "flag",
    description: "Use docr for every registry; the current helper becomes docr's fallback",
  },
  migrate: {
    kind: "flag",
    description: "Move the logins that clients would no longer find to docr's store",
  },
  client: {
    kind: "value",
    value: "name",
    description: "Clients to configure, by default the installed ones; podman includes skopeo and buildah",
    choices: CLIENT_CHOICES,
  },
  dryRun: { kind: "flag", description: "Show the changes as a diff without making them" },
} as const;

const NEEDS = [
  "machine",
  "files",
  "clients",
  "general",
  "helper",
  "logins",
  "accounts",
  "inventory",
  "terminal",
  "sha256",
  "reporter",
  "runHelper",
] as const satisfies readonly (keyof CommandContext)[];

type ConfigureContext = Pick<CommandContext, (typeof NEEDS)[number]>;

export const configureCommand = defineCommand({
  name: "configure",
  summary: "Set docr up as docker's and podman's credential helper",
  options: OPTIONS,
  examples: [
    "docr configure",
    "docr configure --global --dry-run",
    "docr configure --global --migrate",
    "docr configure --client podman",
  ],
  exitCodes: { 1: "nothing was changed, for example because clients would no longer find a login" },
  needs: NEEDS,
  run: ({ options }, context) => configure(options, context),
});

/** Sets docr up in the clients' files. Changes nothing else in them, except that it may move logins. */
async function configure(
  { client, global: isGlobal, migrate: willMigrate, dryRun: isDryRun }: OptionsOf<typeof OPTIONS>,
  context: ConfigureContext,
): Promise<Result> {
  const { machine, sha256, reporter } = context;
  const files = await context.files();
  const places = findPlaces(machine, files, client);
  const scope: ConfigureScope = isGlobal ? "every-registry" : DIGITALOCEAN;
  const setup: ClientSetup = { machine, files, places };
  const destination = createDestination(context);
  const lost = await findLost(planConfigure(places, files, machine, scope), setup, destination, context);
  const moving = lost.found;
  const store = storeNameOf(context.general());
  let added: readonly FoundLogin[] = [];
  if (!isDryRun) {
    checkCanRun(machine, isGlobal || moving.length > 0);
    checkMovable(lost);
    if (moving.length > 0 && !willMigrate) await confirmMove(moving, store, context.terminal);
    added = await storeAll(moving, destination);
  }
  const apply = () => applyConfiguration(places, { scope, isDryRun }, { machine, files, sha256 });
  const applied = await orWithdraw(added, destination, apply);
  if (!isDryRun) await removeFromFiles(moving, setup);
  const { edits } = applied;
  const warnings = isDryRun
    ? [...lostLoginWarnings(lost, { willMigrate, store }), ...dryRunWarnings(edits, places, machine)]
    : [
        ...hiddenLoginWarnings(edits, files),
        ...(await followUpWarnings(edits, places, machine, await context.clients())),
      ];
  if (!isDryRun) warnings.push(...(await eraseMoved(moving, destination, context.runHelper)));
  for (const warning of warnings) reporter.warn(warning);
  const moved = isDryRun && !willMigrate ? [] : moving;
  const { width } = context.terminal;
  return reportEdits(applied, {
    isDryRun,
    withUnchanged: true,
    warnings,
    moved: { logins: moved, store, width },
  });
}

async function findLost(
  edits: readonly PlannedEdit[],
  setup: ClientSetup,
  destination: Destination,
  context: ConfigureContext,
): Promise<Finds> {
  const fallback = fallbackAfter(edits, setup.places, context);
  const compare = createComparison(context, destination, fallback);
  return findLostLogins(edits, { setup, fallback, compare, runHelper: context.runHelper });
}

/** Returns docr's fallback helper after the edits. */
function fallbackAfter(
  edits: readonly PlannedEdit[],
  { docrConfig }: Places,
  { machine, general }: Pick<ConfigureContext, "machine" | "general">,
): string | undefined {
  const edit = edits.find(({ file }) => file.path === docrConfig);
  if (edit === undefined || machine.env["DOCR_FALLBACK"]) return general().fallback;
  return helperAt({ ...edit.file, text: edit.text }, FALLBACK_PATH);
}

/** Throws `client-config` if clients could not run docr and would therefore lose logins that they find now. */
function checkCanRun(machine: Machine, losesPulls: boolean): void {
  const program = `docker-credential-${DOCR}`;
  if (!losesPulls || hasProgram(program, machine)) return;
  throw new HelperError("client-config", `${program} is not on the PATH, so clients could not run it`, {
    hint: "add its folder to the PATH; nothing was changed",
  });
}
