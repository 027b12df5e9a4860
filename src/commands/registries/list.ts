import { type ClientUse, helperOf, settingOf } from "../../client-config/types.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import { printable } from "../../core/text.ts";
import { alignColumns } from "../../terminal/table.ts";
import { formatTime } from "../../terminal/times.ts";
import { defineCommand } from "../command.ts";
import { type Checked, describeOutcome, jsonOfOutcome, worstExitCode } from "../images/outcome.ts";
import { openFallback } from "./fallback.ts";
import { checkStored } from "./check.ts";
import {
  allLogins,
  findAddress,
  findUses,
  isHubToken,
  type KeyedLogin,
  type LoginView,
  namesOf,
  parseLoginAddress,
  requireLogin,
  viewOf,
} from "./logins.ts";

const SORTS = ["host", "user", "stored"] as const;

export const listCommand = defineCommand({
  name: "registry list",
  aliases: ["ls"],
  summary: "List the stored logins, without passwords",
  options: {
    filter: {
      kind: "value",
      value: "text",
      description: "Only logins whose host or user name contains this text",
    },
    host: {
      kind: "value",
      value: "pattern",
      description: "Only hosts that match; * stands for any text",
    },
    sort: {
      kind: "value",
      value: "column",
      description: "Column to sort by",
      choices: SORTS,
      default: "host",
    },
    check: { kind: "flag", description: "Ask each registry whether it accepts the login" },
  },
  examples: [
    "docr registry list",
    "docr registry list --host '*.io' --json",
    "docr registry ls --filter sammy --sort stored --check",
  ],
  exitCodes: { 0: "success", 1: "failure", 2: "wrong usage", 4: "rejected, with --check" },
  needs: ["clients", "general", "logins", "registries", "terminal", "reporter", "runHelper"],
  async run({ options: { filter, host, sort, check } }, { terminal, reporter, ...context }) {
    const pattern = host === undefined ? undefined : hostPatternOf(host);
    const { intact, warnings: damages } = await allLogins(context.logins);
    const listed = intact
      .map((login): ListedLogin => ({ login, view: viewOf(login) }))
      .filter(({ view }) => !pattern || namesOf(view).some((name) => pattern.test(name)))
      .filter(({ view }) => filter === undefined || containsText(view, filter))
      .toSorted((a, b) => compareViews(a.view, b.view, sort));
    const fallback = await openFallback(context);
    const checks = check ? await checkAll(listed, { terminal, ...context }) : undefined;
    const warnings = new Set<string>(damages);
    const rows: string[][] = [];
    const json: unknown[] = [];
    for (const { view } of listed) {
      const { usedBy, warnings: more } = await findUses(context, fallback, view);
      for (const warning of more) warnings.add(warning);
      const checked = checks?.get(view);
      const cells = [printable(view.host), usernameText(view), timeText(view), clientsText(usedBy) || "none"];
      rows.push(checks ? [...cells, checked ? describeOutcome(checked) : "not checked"] : cells);
      const outcome = checks && { check: checked ? jsonOfOutcome(checked) : null };
      json.push({ ...view, usedBy: usedBy.map(jsonOfUse), ...outcome });
    }
    for (const warning of warnings) reporter.warn(warning);
    if (rows.length === 0) {
      terminal.note(host === undefined && filter === undefined ? "no logins are stored" : "no login matches");
    }
    const titles = ["HOST", "USER NAME", "STORED", "USED BY", ...(check ? ["CHECK"] : [])];
    return {
      text: rows.length === 0 ? "" : alignColumns([titles, ...rows], terminal.width),
      json,
      exitCode: checks ? worstExitCode([...checks.values()]) : 0,
    };
  },
});

interface ListedLogin {
  readonly login: KeyedLogin;
  readonly view: LoginView;
}

/** The result lacks the logins that no registry can check. */
async function checkAll(
  listed: readonly ListedLogin[],
  context: Parameters<typeof checkStored>[2],
): Promise<ReadonlyMap<LoginView, Checked>> {
  const checks = listed.flatMap(({ login, view }) => {
    const address = isHubToken(login) ? undefined : findAddress(view);
    return address ? [checkStored(address, login, context).then((checked) => [view, checked] as const)] : [];
  });
  return new Map(await Promise.all(checks));
}

/** Compares by the column, then by host. Logins without a time come last. */
function compareViews(a: LoginView, b: LoginView, sort: (typeof SORTS)[number]): number {
  const valueOf = ({ host, username, storedAt }: LoginView): string => {
    if (sort === "user") return username?.toLowerCase() ?? "";
    return sort === "stored" ? (storedAt ?? "~") : host;
  };
  return compareTexts(valueOf(a), valueOf(b)) || compareTexts(a.host, b.host);
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

export const showCommand = defineCommand({
  name: "registry show",
  aliases: ["inspect"],
  arguments: ["<host>"],
  summary: "Show a login: user name, when it was stored, which clients use it",
  examples: ["docr registry show ghcr.io", "docr registry inspect registry.local/user1/image1"],
  needs: ["clients", "general", "logins", "terminal", "reporter", "runHelper"],
  async run({ args: [text] }, { terminal, reporter, ...context }) {
    const view = viewOf(await requireLogin(context.logins, parseLoginAddress(text)));
    const { usedBy, shadowedBy, warnings } = await findUses(context, await openFallback(context), view);
    for (const warning of warnings) reporter.warn(warning);
    return {
      text: alignColumns(
        [
          ["host", printable(view.host)],
          ["user name", usernameText(view)],
          ["stored", timeText(view)],
          ...(usedBy.length === 0 ? [["used by", describeNoUse(shadowedBy)]] : []),
          ...usedBy.map((use) => ["used by", `${use.client}, from ${placeOf(use)}`]),
          ...shadowedBy.map((use) => [
            "shadowed by",
            `${use.client} finds ${whatOf(use)} in ${placeOf(use)} first`,
          ]),
        ],
        terminal.width,
      ),
      json: { ...view, usedBy: usedBy.map(jsonOfUse), shadowedBy: shadowedBy.map(jsonOfUse) },
    };
  },
});

function jsonOfUse(use: ClientUse): unknown {
  const { client, source } = use;
  return { client, source, kind: settingOf(use), helper: helperOf(use) ?? null };
}

/** If clients find another login first, the rows below show the reason. */
function describeNoUse(shadowedBy: readonly ClientUse[]): string {
  return shadowedBy.length > 0 ? "none" : "none; run docr configure --global";
}

function placeOf(use: ClientUse): string {
  return `${printable(use.source)} (${settingOf(use)})`;
}

function whatOf(use: ClientUse): string {
  return use.kind === "file" ? "a login" : `docker-credential-${use.helper}`;
}

function clientsText(uses: readonly ClientUse[]): string {
  return [...new Set(uses.map(({ client }) => client))].join(", ");
}

function usernameText({ host, username }: LoginView): string {
  if (username !== null) return printable(username);
  return host === REGISTRY_HOST ? "(hidden)" : "(the secret itself)";
}

function timeText({ storedAt }: LoginView): string {
  return storedAt === null ? "unknown" : formatTime(Date.parse(storedAt));
}

function containsText(view: LoginView, filter: string): boolean {
  const texts = [...namesOf(view), view.username ?? ""];
  return texts.some((text) => text.toLowerCase().includes(filter.toLowerCase()));
}

/** The pattern matches the whole host, in any case. `*` stands for any text. */
function hostPatternOf(pattern: string): RegExp {
  const parts = pattern.split(/\*+/).map((part) => RegExp.escape(part));
  return new RegExp(`^${parts.join(".*")}$`, "i");
}
