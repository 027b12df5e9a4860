import { HelperError } from "../../core/errors.ts";
import { alignColumns } from "../../terminal/table.ts";
import { defineCommand, type Result } from "../command.ts";
import type { VerbPorts } from "../ports.ts";
import { findPlaces } from "../configure/places.ts";
import type { Situation } from "./clients.ts";
import { addressKeyOf, type FoundLogin, type StayingLogin } from "./found-logins.ts";
import { fallbackOf } from "../fallback.ts";
import { endStanding, moveLogins } from "./move.ts";
import { shownUsername } from "../pull-secrets/docker-config.ts";
import { storeName } from "../stores.ts";
import { printable } from "../images/target.ts";
import { checkFound, chooseHelper, findLogins } from "./plan.ts";

export interface MigrateOptions {
  /** True for `--from` without a name. */
  readonly from?: string | true | undefined;
  readonly configure?: boolean;
  readonly client?: string | undefined;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

export const migrateCommand = defineCommand({
  name: "migrate",
  summary: "move logins that are in plain text, or with another helper, into docr's store",
  options: {
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
      description: "docker, podman or all; those that are here, unless told",
    },
    yes: { kind: "flag", description: "do not ask" },
    dryRun: { kind: "flag", description: "say what would move, and move nothing" },
  },
  examples: ["docr migrate --dry-run", "docr migrate --configure", "docr migrate --from osxkeychain --yes"],
  needs: ["legacy"],
  run: async ({ options }, { legacy }) => migrate(legacy, options),
});

/** Nothing is removed anywhere before it was read back out of the keychain. */
export async function migrate(ports: VerbPorts, options: MigrateOptions): Promise<Result> {
  const files = await ports.files();
  const places = findPlaces(ports.machine, files, options.client);
  const from = chooseHelper(options.from, places, files, fallbackOf(ports).name, ports.machine);
  const situation: Situation = { ports, places, files, from, willConfigure: options.configure === true };
  const store = storeName(ports.machine);
  const { found, staying } = await findLogins(ports, files, places, from);
  if (found.length > 0) checkFound(found, situation);
  if (found.length === 0 || options.dryRun === true) {
    if (options.dryRun !== true && (await endStanding(staying, situation))) {
      ports.terminal.remark(`docker-credential-${from} has no logins, and stands behind docr no more`);
    }
    return report({ moved: found, staying, failed: [], isDry: options.dryRun === true, store });
  }
  if (options.yes !== true) await askWhether(ports, found);
  const { moved, failed, doubled } = await ports.terminal.spin("moving logins", () =>
    moveLogins(found, staying, situation),
  );
  return report({ moved, staying, failed: [...failed, ...doubled], isDry: false, store });
}

async function askWhether({ terminal, machine }: VerbPorts, logins: readonly FoundLogin[]): Promise<void> {
  if (!terminal.canAsk) {
    throw new HelperError("no-terminal", `nobody can be asked here whether ${count(logins)} may move`, {
      hint: "add --yes, or --dry-run to see what would",
    });
  }
  for (const line of tableOf(logins).trimEnd().split("\n")) terminal.remark(line);
  if (!(await terminal.confirm(`Move ${count(logins)} into ${storeName(machine)}?`))) {
    throw new HelperError("cancelled", "nothing was moved", { hint: "see docr migrate --dry-run" });
  }
}

interface Outcome {
  readonly moved: readonly FoundLogin[];
  readonly staying: readonly StayingLogin[];
  readonly failed: readonly StayingLogin[];
  readonly isDry: boolean;
  /** Where to, in words. */
  readonly store: string;
}

function report({ moved, staying, failed, isDry, store }: Outcome): Result {
  const left = [...failed, ...staying];
  const parts = [
    moved.length === 0 && left.length === 0 ? "there are no logins to move\n" : "",
    moved.length === 0
      ? ""
      : `${isDry ? "would move" : "moved"} ${count(moved)} into ${store}:\n${tableOf(moved)}`,
    left.length === 0 ? "" : `${isDry ? "would stay" : "stayed"}:\n${alignColumns(left.map(rowOfStaying))}`,
  ];
  return {
    text: parts.join(""),
    json: { dryRun: isDry, moved: moved.map(describe), stayed: left.map(describeStaying) },
    exitCode: failed.length > 0 ? 1 : 0,
  };
}

const count = ({ length }: readonly FoundLogin[]): string => `${length} login${length === 1 ? "" : "s"}`;

function tableOf(logins: readonly FoundLogin[]): string {
  return alignColumns(
    logins.map((login) => ["", printable(login.key), printable(shownUser(login) ?? ""), login.origin.label]),
  );
}

function rowOfStaying({ origin, key, reason }: StayingLogin): readonly string[] {
  return ["", printable(key), `${origin.label}: ${reason}`];
}

function describe(login: FoundLogin): unknown {
  return { host: login.key, username: shownUser(login) ?? null, from: originOf(login) };
}

function describeStaying(login: StayingLogin): unknown {
  return { host: login.key, from: originOf(login), reason: login.reason };
}

const originOf = ({ origin }: Pick<FoundLogin, "origin">): string =>
  origin.kind === "file" ? origin.path : origin.label;

/** Undefined where it can be the secret itself. */
function shownUser(login: FoundLogin): string | undefined {
  return shownUsername(addressKeyOf(login), login.credential);
}
