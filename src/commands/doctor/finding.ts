import { withDeadline } from "../../core/deadline.ts";
import { ERRORS, hintOf } from "../../core/error-catalog.ts";
import { isHelperError } from "../../core/errors.ts";

/** The result of one check. Its texts contain no secret, because users paste them into issues. */
export interface Finding {
  readonly outcome: "pass" | "warn" | "fail";
  /** The subject of the check, in one or two words. */
  readonly name: string;
  /** The state, in lower case and without a full stop. */
  readonly what: string;
  /** The fix: a command, if there is one. */
  readonly next: string | undefined;
  /** The other checks that fail for the same reason. */
  readonly also?: readonly string[];
}

export function pass(name: string, what: string): Finding {
  return { outcome: "pass", name, what, next: undefined };
}

export function warn(name: string, what: string, next?: string): Finding {
  return { outcome: "warn", name, what, next };
}

export function fail(name: string, what: string, next?: string): Finding {
  return { outcome: "fail", name, what, next };
}

/** Longer than the time limits of everything that one check does. */
const TIMEOUT_MS = 25_000;

/** Returns the check's findings. If it throws or takes too long, returns one failure, so that the other checks can continue. */
export async function runCheck(
  name: string,
  check: () => Promise<readonly Finding[]>,
  timeoutMs = TIMEOUT_MS,
): Promise<readonly Finding[]> {
  const tooLate = (): readonly Finding[] => [
    fail(
      name,
      `no result within ${timeoutMs / 1000} s`,
      "check the network and the store that DOCR_STORE names",
    ),
  ];
  try {
    return await withDeadline(check(), timeoutMs, tooLate);
  } catch (error) {
    if (isHelperError(error)) return [fail(name, error.message, hintOf(error))];
    // Do not show the error's message, because it may quote a secret.
    return [fail(name, "this check failed unexpectedly", "please report this as a bug")];
  }
}

/** Fixes that do not identify a cause: two different wrong settings have the same one. */
const UNSPECIFIC_FIXES: ReadonlySet<string | undefined> = new Set([undefined, ERRORS["bad-setting"].hint]);
/** The checks that others depend on. */
const BASIC_CHECKS: ReadonlySet<string> = new Set(["store", "api", "registry"]);

/** Merges failures that have one cause, recognized by the same text or the same fix. A merged failure takes the place of the first. */
export function mergeFailures(findings: readonly Finding[]): readonly Finding[] {
  const groups: Finding[][] = [];
  for (const finding of findings) {
    const [first, ...more] = groups.filter((group) => group.some((one) => haveOneCause(one, finding)));
    if (first === undefined) {
      groups.push([finding]);
      continue;
    }
    first.push(...more.flat(), finding);
    for (const group of more) group.length = 0;
  }
  return groups.flatMap(mergeGroup);
}

function haveOneCause(a: Finding, b: Finding): boolean {
  if (a.outcome !== "fail" || b.outcome !== "fail") return false;
  return a.what === b.what || (a.next === b.next && !UNSPECIFIC_FIXES.has(a.next));
}

function mergeGroup(group: readonly Finding[]): readonly Finding[] {
  const main = group.find(({ name }) => BASIC_CHECKS.has(name)) ?? group[0];
  if (main === undefined || group.length === 1) return group;
  const others = new Set(group.map(({ name }) => name));
  others.delete(main.name);
  return [{ ...main, also: [...others] }];
}
