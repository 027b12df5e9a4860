import { alignColumns } from "../../terminal/table.ts";
import { type ClientUse, helperOf, settingOf } from "../../client-config/types.ts";
import type { Result } from "../command.ts";
import type { VerbPorts } from "../ports.ts";
import { allLogins, findUses, type LoginView, needLogin, otherHost, viewOf } from "./logins.ts";
import { printable } from "../../core/text.ts";

export interface ListFlags {
  readonly filter?: string | undefined;
  readonly host?: string | undefined;
}

export async function listLogins(ports: VerbPorts, { filter, host }: ListFlags): Promise<Result> {
  const isWanted = host === undefined ? () => true : matcherOf(host);
  const views = (await allLogins(ports))
    .map(viewOf)
    .filter((view) => isWanted(view.host))
    .filter(({ username }) => filter === undefined || hasText(username, filter));
  const warnings = new Set<string>();
  const rows: string[][] = [];
  const json: unknown[] = [];
  for (const view of views) {
    const { usedBy, warnings: more } = await findUses(ports, view);
    for (const warning of more) warnings.add(warning);
    rows.push([printable(view.host), shownName(view), shownMoment(view), namesOf(usedBy) || "nobody"]);
    json.push({ ...view, usedBy: usedBy.map(useForScripts) });
  }
  for (const warning of warnings) ports.terminal.remark(warning);
  if (rows.length === 0) {
    ports.terminal.remark(
      host === undefined && filter === undefined ? "no logins are kept" : "no login is like that",
    );
  }
  return {
    text: rows.length === 0 ? "" : alignColumns([["HOST", "USER NAME", "STORED", "USED BY"], ...rows]),
    json,
  };
}

export async function showLogin(ports: VerbPorts, text: string): Promise<Result> {
  const view = viewOf(await needLogin(ports, otherHost(text)));
  const { usedBy, shadowedBy, warnings } = await findUses(ports, view);
  for (const warning of warnings) ports.terminal.remark(warning);
  return {
    text: alignColumns([
      ["host", printable(view.host)],
      ["user name", shownName(view)],
      ["stored", shownMoment(view)],
      ...(usedBy.length === 0 ? [["used by", nobody(shadowedBy)]] : []),
      ...usedBy.map((use) => ["used by", `${use.client}, from ${placeOf(use)}`]),
      ...shadowedBy.map((use) => [
        "hidden by",
        `${use.client} finds ${whatOf(use)} in ${placeOf(use)} first`,
      ]),
    ]),
    json: { ...view, usedBy: usedBy.map(useForScripts), shadowedBy: shadowedBy.map(useForScripts) },
  };
}

function useForScripts(use: ClientUse): unknown {
  const { client, source } = use;
  return { client, source, kind: settingOf(use), helper: helperOf(use) ?? null };
}

/** Where something else answers, that is what is to be done away with. */
function nobody(shadowedBy: readonly ClientUse[]): string {
  return shadowedBy.length > 0 ? "nobody" : "nobody; docr configure --global has clients ask docr";
}

function placeOf(use: ClientUse): string {
  return `${printable(use.source)} (${settingOf(use)})`;
}

function whatOf(use: ClientUse): string {
  return use.kind === "file" ? "a login" : `docker-credential-${use.helper}`;
}

function namesOf(uses: readonly ClientUse[]): string {
  return [...new Set(uses.map(({ client }) => client))].join(", ");
}

function shownName({ username }: LoginView): string {
  return username === null ? "(the secret itself)" : printable(username);
}

function shownMoment({ storedAt }: LoginView): string {
  return storedAt === null ? "at a time not noted" : `${storedAt.slice(0, 16).replace("T", " ")} UTC`;
}

function hasText(username: string | null, filter: string): boolean {
  return username !== null && username.toLowerCase().includes(filter.toLowerCase());
}

/** Whether a host is like the pattern, in which `*` stands for anything. Case does not count. */
export function matcherOf(pattern: string): (host: string) => boolean {
  const parts = pattern.toLowerCase().split("*");
  return (host) => matches(host.toLowerCase(), parts);
}

/** By hand: a regular expression of somebody's pattern could take for ever. */
function matches(host: string, [first = "", ...others]: readonly string[]): boolean {
  const last = others.pop();
  if (last === undefined) return host === first;
  if (!host.startsWith(first) || host.length < first.length + last.length || !host.endsWith(last))
    return false;
  let rest = host.slice(first.length, host.length - last.length);
  for (const part of others) {
    const at = rest.indexOf(part);
    if (at < 0) return false;
    rest = rest.slice(at + part.length);
  }
  return true;
}
