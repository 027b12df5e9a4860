import { setTimeout as sleep } from "node:timers/promises";
import { isHelperError } from "../../core/errors.ts";
import type { VerbPorts } from "../ports.ts";

/** One thing that the doctor looked at. Texts tell no secret: they are shown, and pasted into issues. */
export interface Line {
  readonly outcome: "pass" | "warn" | "fail";
  /** What was looked at, in a word or two. */
  readonly name: string;
  /** What is there, without a capital and without a full stop. */
  readonly what: string;
  /** What mends it: a command, where there is one. */
  readonly next: string | undefined;
}

export function pass(name: string, what: string): Line {
  return { outcome: "pass", name, what, next: undefined };
}

export function warn(name: string, what: string, next?: string): Line {
  return { outcome: "warn", name, what, next };
}

export function fail(name: string, what: string, next?: string): Line {
  return { outcome: "fail", name, what, next };
}

/** What one look costs at most, in milliseconds: more than the deadlines of what it asks. */
const PATIENCE_MS = 25_000;

/**
 * The lines that a look gives; one line of failure where it throws or takes too long, so that one thing that is wrong
 * hides no other.
 */
export async function look(
  ports: Pick<VerbPorts, "hintOf">,
  name: string,
  find: () => Promise<readonly Line[]>,
  patienceMs = PATIENCE_MS,
): Promise<readonly Line[]> {
  const done = new AbortController();
  const late = async (): Promise<readonly Line[]> => {
    await sleep(patienceMs, undefined, { signal: done.signal });
    return [
      fail(name, `nothing came of it in ${patienceMs / 1000} s`, "look at the network and the keychain"),
    ];
  };
  try {
    return await Promise.race([find(), late()]);
  } catch (error) {
    if (isHelperError(error)) return [fail(name, error.message, ports.hintOf(error))];
    // Never its message, which may quote anything.
    return [fail(name, "this look failed unexpectedly", "please report this as a bug")];
  } finally {
    done.abort();
  }
}
