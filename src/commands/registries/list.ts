import { type ClientUse, helperOf, settingOf } from "../../client-config/types.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import { printable } from "../../core/text.ts";
import { alignColumns } from "../../terminal/table.ts";
import { formatTime } from "../../terminal/times.ts";
import { defineCommand } from "../command.ts";
import { openFallback } from "./fallback.ts";
import {
  allLogins,
  findUses,
  type LoginView,
  namesOf,
  parseOtherHost,
  requireLogin,
  viewOf,
} from "./logins.ts";

export const listCommand = defineCommand({
  name: "registry list",
  summary: "List the stored logins, without passwords",
  options: {
    filter: { kind: "value", value: "text", description: "Only logins whose user name contains this text" },
    host: {
      kind: "value",
      value: "pattern",
      description: "Only hosts that match; * stands for any text",
    },
  },
  examples: ["docr registry list", "docr registry list --host '*.io' --json"],
  needs: ["clients", "general", "logins", "terminal", "reporter", "runHelper"],
  async run({ options: { filter, host } }, { terminal, reporter, ...context }) {
    const pattern = host === undefined ? undefined : hostPatternOf(host);
    const views = (await allLogins(context.logins))
      .map(viewOf)
      .filter((view) => !pattern || namesOf(view).some((name) => pattern.test(name)))
      .filter(({ username }) => filter === undefined || containsText(username, filter));
    const fallback = await openFallback(context);
    const warnings = new Set<string>();
    const rows: string[][] = [];
    const json: unknown[] = [];
    for (const view of views) {
      const { usedBy, warnings: more } = await findUses(context, fallback, view);
      for (const warning of more) warnings.add(warning);
      rows.push([printable(view.host), usernameText(view), timeText(view), clientsText(usedBy) || "none"]);
      json.push({ ...view, usedBy: usedBy.map(jsonOfUse) });
    }
    for (const warning of warnings) reporter.warn(warning);
    if (rows.length === 0) {
      terminal.note(host === undefined && filter === undefined ? "no logins are stored" : "no login matches");
    }
    return {
      text:
        rows.length === 0
          ? ""
          : alignColumns([["HOST", "USER NAME", "STORED", "USED BY"], ...rows], terminal.width),
      json,
    };
  },
});

export const showCommand = defineCommand({
  name: "registry show",
  arguments: ["<host>"],
  summary: "Show a login: user name, when it was stored, which clients use it",
  examples: ["docr registry show ghcr.io"],
  needs: ["clients", "general", "logins", "terminal", "reporter", "runHelper"],
  async run({ args: [text] }, { terminal, reporter, ...context }) {
    const view = viewOf(await requireLogin(context.logins, parseOtherHost(text)));
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

function containsText(username: string | null, filter: string): boolean {
  return username !== null && username.toLowerCase().includes(filter.toLowerCase());
}

/** The pattern matches the whole host, in any case. `*` stands for any text. */
function hostPatternOf(pattern: string): RegExp {
  const parts = pattern.split(/\*+/).map((part) => RegExp.escape(part));
  return new RegExp(`^${parts.join(".*")}$`, "i");
}
