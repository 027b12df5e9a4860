/** Reports which logins have moved and which stay, as text and as JSON. */
import { printable } from "../../core/text.ts";
import { alignColumns } from "../../terminal/table.ts";
import type { Result } from "../command.ts";
import { shownUsername } from "../pull-secrets/docker-config.ts";
import { addressKeyOf, type FoundLogin, type StayingLogin } from "./found-logins.ts";

interface MoveOutcome {
  readonly moved: readonly FoundLogin[];
  readonly staying: readonly StayingLogin[];
  readonly failed: readonly StayingLogin[];
  readonly isDryRun: boolean;
  /** The store, for the user. */
  readonly store: string;
  /** The terminal's width. */
  readonly width: number | undefined;
}

export function reportMove({ moved, staying, failed, isDryRun, store, width }: MoveOutcome): Result {
  const left = [...failed, ...staying];
  const parts = [
    moved.length === 0 && left.length === 0 ? "no logins to move\n" : "",
    textOfMoved(moved, { isDryRun, store, width }),
    left.length === 0
      ? ""
      : `${isDryRun ? "would not move" : "not moved"}:\n${alignColumns(left.map(rowOfStaying), width)}`,
  ];
  return {
    text: parts.join(""),
    json: { dryRun: isDryRun, moved: moved.map(jsonOfMoved), stayed: left.map(jsonOfStaying) },
    exitCode: failed.length > 0 ? 1 : 0,
  };
}

/** Returns "" if no login has moved. */
export function textOfMoved(
  moved: readonly FoundLogin[],
  { isDryRun, store, width }: Pick<MoveOutcome, "isDryRun" | "store" | "width">,
): string {
  if (moved.length === 0) return "";
  return `${isDryRun ? "would move" : "moved"} ${countLogins(moved)} to ${store}:\n${tableOf(moved, width)}`;
}

export function countLogins({ length }: readonly FoundLogin[]): string {
  return `${length} login${length === 1 ? "" : "s"}`;
}

export function tableOf(logins: readonly FoundLogin[], width: number | undefined): string {
  return alignColumns(
    logins.map((login) => ["", printable(login.key), printable(userLabel(login) ?? ""), login.origin.label]),
    width,
  );
}

function rowOfStaying({ origin, key, reason }: StayingLogin): readonly string[] {
  return ["", printable(key), `${origin.label}: ${reason}`];
}

export function jsonOfMoved(login: FoundLogin): unknown {
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
