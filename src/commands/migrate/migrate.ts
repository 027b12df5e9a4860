import { storeNameOf } from "../../config/general.ts";
import { HelperError } from "../../core/errors.ts";
import { defineCommand, type OptionsOf, type Result } from "../command.ts";
import { CLIENT_CHOICES, findPlaces } from "../configure/places.ts";
import type { CommandContext } from "../context.ts";
import type { ClientSetup } from "./clients.ts";
import { createDestination } from "./destination.ts";
import type { Finds, FoundLogin } from "./found-logins.ts";
import { type Moved, moveLogins, removeEmptyFallback } from "./move.ts";
import { chooseHelper, findLogins, type Situation, splitByClients } from "./plan.ts";
import { countLogins, reportMove, tableOf } from "./report.ts";

const OPTIONS = {
  from: {
    kind: "optional-value",
    value: "helper",
    description: "Also move another helper's logins; without a name, those of docker's current helper",
  },
  configure: {
    kind: "flag",
    description:
      "Also configure the clients to use docr for these hosts, or without hosts for every registry",
  },
  client: {
    kind: "value",
    value: "name",
    description: "Clients whose logins move, by default the installed ones",
    choices: CLIENT_CHOICES,
  },
  yes: { kind: "flag", description: "Do not ask for confirmation" },
  dryRun: { kind: "flag", description: "Show what would move without moving it" },
} as const;

export const migrateCommand = defineCommand({
  name: "migrate",
  arguments: ["[host...]"],
  summary: "Move plain-text logins, or another helper's, to docr's store",
  options: OPTIONS,
  examples: [
    "docr migrate --dry-run",
    "docr migrate --configure",
    "docr migrate ghcr.io quay.io --configure",
    "docr migrate --from osxkeychain --yes",
  ],
  needs: [
    "machine",
    "files",
    "general",
    "helper",
    "logins",
    "accounts",
    "inventory",
    "terminal",
    "clients",
    "sha256",
    "reporter",
    "runHelper",
  ],
  async run({ options, args: [hosts] }, context) {
    const { machine, general, terminal, runHelper } = context;
    const situation = readSituation(options, hosts, machine, await context.files(), general().fallback);
    const destination = createDestination(context);
    return migrate(options, {
      situation,
      store: storeNameOf(general()),
      find: () => findLogins(situation, destination, runHelper),
      move: (finds) => moveLogins(finds, situation, destination, context),
      terminal,
    });
  },
});

interface MigrateSteps {
  readonly situation: Situation;
  /** The destination, for the user. */
  readonly store: string;
  readonly find: () => Promise<Finds>;
  readonly move: (finds: Finds) => Promise<Moved>;
  readonly terminal: CommandContext["terminal"];
}

async function migrate(
  { dryRun: isDryRun, yes }: OptionsOf<typeof OPTIONS>,
  { situation, store, find, move, terminal }: MigrateSteps,
): Promise<Result> {
  const { width } = terminal;
  const finds = splitByClients(await find(), situation);
  // If the user named hosts, a login that stays is a failure.
  const { found, staying } = finds;
  const [expected, others] = situation.hosts.length > 0 ? [staying, []] : [[], staying];
  if (found.length === 0 || isDryRun) {
    if (!isDryRun && (await removeEmptyFallback(staying, situation))) {
      terminal.note(`docker-credential-${situation.from} has no logins and is no longer docr's fallback`);
    }
    return reportMove({ moved: found, staying: others, failed: expected, isDryRun, store, width });
  }
  if (!yes) await confirmMove(found, store, terminal);
  const { moved, failed, copied } = await terminal.spin("moving logins", () => move(finds));
  return reportMove({
    moved,
    staying: others,
    failed: [...failed, ...copied, ...expected],
    isDryRun: false,
    store,
    width,
  });
}

function readSituation(
  { from, client, configure }: OptionsOf<typeof OPTIONS>,
  hosts: readonly string[],
  machine: ClientSetup["machine"],
  files: ClientSetup["files"],
  fallback: string | undefined,
): Situation {
  const setup: ClientSetup = { machine, files, places: findPlaces(machine, files, client) };
  return {
    setup,
    fallback: { name: fallback, isFixed: Boolean(machine.env["DOCR_FALLBACK"]) },
    from: chooseHelper(from, setup, fallback),
    willConfigure: configure,
    hosts,
  };
}

/** Asks the user. Throws `no-terminal` without a terminal, and `cancelled` if the user answers no. */
async function confirmMove(
  logins: readonly FoundLogin[],
  store: string,
  terminal: CommandContext["terminal"],
): Promise<void> {
  if (!terminal.canAsk) {
    throw new HelperError("no-terminal", "cannot ask for confirmation without a terminal", {
      hint: "add --yes, or see docr migrate --dry-run",
    });
  }
  for (const line of tableOf(logins, terminal.width).trimEnd().split("\n")) terminal.note(line);
  if (!(await terminal.confirm(`Move ${countLogins(logins)} to ${store}?`))) {
    throw new HelperError("cancelled", "nothing was moved", { hint: "see docr migrate --dry-run" });
  }
}
