import { HelperError } from "../../core/errors.ts";
import { alignColumns } from "../../terminal/table.ts";
import { defineCommand, type OptionsOf, type Result } from "../command.ts";
import { CLIENT_CHOICES, findPlaces } from "../configure/places.ts";
import type { CommandContext } from "../context.ts";
import { printable } from "../../core/text.ts";
import { shownUsername } from "../pull-secrets/docker-config.ts";
import { storeNameOf } from "../store-name.ts";
import type { ClientSetup } from "./clients.ts";
import { createDestination } from "./destination.ts";
import { addressKeyOf, type Finds, type FoundLogin, type StayingLogin } from "./found-logins.ts";
import { type Moved, moveLogins, removeEmptyFallback } from "./move.ts";
import { checkMove, chooseHelper, findLogins, type Situation } from "./plan.ts";

const OPTIONS = {
  from: {
    kind: "optional-value",
    value: "helper",
    description: "Also move another helper's logins; without a name, those of docker's current helper",
  },
  configure: {
    kind: "flag",
    description: "Set up the clients to ask docr for these logins, as docr configure --global does",
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
  summary: "Move plain-text logins, or another helper's, to docr's store",
  options: OPTIONS,
  examples: ["docr migrate --dry-run", "docr migrate --configure", "docr migrate --from osxkeychain --yes"],
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
  async run({ options }, context) {
    const { machine, general, terminal, runHelper } = context;
    const situation = readSituation(options, machine, await context.files(), general().fallback);
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
  const finds = await find();
  const { found, staying } = finds;
  if (found.length > 0) checkMove(found, situation);
  if (found.length === 0 || isDryRun) {
    if (!isDryRun && (await removeEmptyFallback(staying, situation))) {
      terminal.note(`docker-credential-${situation.from} has no logins and is no longer docr's fallback`);
    }
    return report({ moved: found, staying, failed: [], isDryRun, store });
  }
  if (!yes) await confirmMove(found, store, terminal);
  const { moved, failed, copied } = await terminal.spin("moving logins", () => move(finds));
  return report({ moved, staying, failed: [...failed, ...copied], isDryRun: false, store });
}

function readSituation(
  { from, client, configure }: OptionsOf<typeof OPTIONS>,
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
  };
}

/** Throws `no-terminal` if the user cannot be asked, and `cancelled` if the answer is no. */
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
  for (const line of tableOf(logins).trimEnd().split("\n")) terminal.note(line);
  if (!(await terminal.confirm(`Move ${count(logins)} to ${store}?`))) {
    throw new HelperError("cancelled", "nothing was moved", { hint: "see docr migrate --dry-run" });
  }
}

interface Outcome {
  readonly moved: readonly FoundLogin[];
  readonly staying: readonly StayingLogin[];
  readonly failed: readonly StayingLogin[];
  readonly isDryRun: boolean;
  /** As in `MigrateSteps`. */
  readonly store: string;
}

function report({ moved, staying, failed, isDryRun, store }: Outcome): Result {
  const left = [...failed, ...staying];
  const parts = [
    moved.length === 0 && left.length === 0 ? "no logins to move\n" : "",
    moved.length === 0
      ? ""
      : `${isDryRun ? "would move" : "moved"} ${count(moved)} to ${store}:\n${tableOf(moved)}`,
    left.length === 0
      ? ""
      : `${isDryRun ? "would not move" : "not moved"}:\n${alignColumns(left.map(rowOfStaying))}`,
  ];
  return {
    text: parts.join(""),
    json: { dryRun: isDryRun, moved: moved.map(jsonOfMoved), stayed: left.map(jsonOfStaying) },
    exitCode: failed.length > 0 ? 1 : 0,
  };
}

const count = ({ length }: readonly FoundLogin[]): string => `${length} login${length === 1 ? "" : "s"}`;

function tableOf(logins: readonly FoundLogin[]): string {
  return alignColumns(
    logins.map((login) => ["", printable(login.key), printable(userLabel(login) ?? ""), login.origin.label]),
  );
}

function rowOfStaying({ origin, key, reason }: StayingLogin): readonly string[] {
  return ["", printable(key), `${origin.label}: ${reason}`];
}

function jsonOfMoved(login: FoundLogin): unknown {
  return { host: login.key, username: userLabel(login) ?? null, from: originName(login) };
}

function jsonOfStaying(login: StayingLogin): unknown {
  return { host: login.key, from: originName(login), reason: login.reason };
}

const originName = ({ origin }: Pick<FoundLogin, "origin">): string =>
  origin.kind === "file" ? origin.path : origin.label;

/** Undefined if the user name can be the secret itself. */
function userLabel(login: FoundLogin): string | undefined {
  return shownUsername(addressKeyOf(login), login.credential);
}
