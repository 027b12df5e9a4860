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
    description: "another helper's logins, too (osxkeychain); docker's present one, unless named",
  },
  configure: {
    kind: "flag",
    description: "have the clients ask docr for what moves, as docr configure --global does",
  },
  client: {
    kind: "value",
    value: "name",
    description: "the clients whose logins move; those that are here, unless told",
    choices: CLIENT_CHOICES,
  },
  yes: { kind: "flag", description: "do not ask" },
  dryRun: { kind: "flag", description: "say what would move, and move nothing" },
} as const;

export const migrateCommand = defineCommand({
  name: "migrate",
  summary: "move logins that are in plain text, or with another helper, into docr's store",
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
    const { machine, general, terminal, reporter, runHelper } = context;
    const situation = readSituation(options, machine, await context.files(), general().fallback);
    const destination = createDestination(context);
    return migrate(options, {
      situation,
      store: storeNameOf(general()),
      find: () => findLogins(situation, destination, runHelper),
      move: (finds) => moveLogins(finds, situation, destination, context),
      terminal,
      reporter,
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
  readonly reporter: CommandContext["reporter"];
}

async function migrate(
  { dryRun: isDryRun, yes }: OptionsOf<typeof OPTIONS>,
  { situation, store, find, move, terminal, reporter }: MigrateSteps,
): Promise<Result> {
  const finds = await find();
  const { found, staying } = finds;
  if (found.length > 0) checkMove(found, situation);
  if (found.length === 0 || isDryRun) {
    if (!isDryRun && (await removeEmptyFallback(staying, situation))) {
      reporter.warn(`docker-credential-${situation.from} has no logins, and stands behind docr no more`);
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
    throw new HelperError("no-terminal", `nobody can be asked here whether ${count(logins)} may move`, {
      hint: "add --yes, or --dry-run to see what would",
    });
  }
  for (const line of tableOf(logins).trimEnd().split("\n")) terminal.note(line);
  if (!(await terminal.confirm(`Move ${count(logins)} into ${store}?`))) {
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
    moved.length === 0 && left.length === 0 ? "there are no logins to move\n" : "",
    moved.length === 0
      ? ""
      : `${isDryRun ? "would move" : "moved"} ${count(moved)} into ${store}:\n${tableOf(moved)}`,
    left.length === 0
      ? ""
      : `${isDryRun ? "would stay" : "stayed"}:\n${alignColumns(left.map(rowOfStaying))}`,
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
