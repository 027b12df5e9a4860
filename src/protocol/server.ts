import { withDeadline } from "../core/deadline.ts";
import { HelperError } from "../core/errors.ts";
import type { Helper } from "../credentials/helper.ts";
import { type Response, respondTo } from "./actions.ts";
import { listWithFallback, serveWithFallback } from "./fallback-helper.ts";
import type { Action } from "./messages.ts";
import { encodeListResponse } from "./responses.ts";
import type { Surroundings } from "./run-fallback-helper.ts";
import { withEmptyLogins } from "./unknown-registries.ts";

export interface ServerPorts extends Surroundings {
  readonly helper: Helper;
  /** Whether a `get` for another registry without a login gets an empty login. Throws `bad-setting`. */
  readonly isUnknownAnonymous: () => boolean;
  /** The fallback helper, by the last part of its name. Throws `bad-setting`. */
  readonly fallback: () => string | undefined;
  /** Tells the launcher about the fallback helper. Never rejects. */
  readonly noteOtherRegistries: () => Promise<void>;
  /** Whether docr's own store may hold logins of other registries. Does not open the store. */
  readonly hasOwnLogins: () => boolean;
  /** Reads stdin to its end, or slightly more than the limit. */
  readonly readInput: () => Promise<Uint8Array>;
  readonly timeouts: Timeouts;
}

export interface Timeouts {
  /** Time for the client to send its request and close stdin. */
  readonly inputMs: number;
  /** Time for the response after the input is complete. */
  readonly responseMs: number;
}

/** Answers one request within its time limits. Requests for other registries may go to the fallback helper. */
export async function serve(action: Action, ports: ServerPorts): Promise<Response> {
  const { timeouts } = ports;
  const within = <T>(work: Promise<T>): Promise<T> =>
    withDeadline(work, timeouts.responseMs, (): never => {
      throw new HelperError("deadline", `docr did not respond within ${timeouts.responseMs / 1000} s`);
    });
  const readInput = (): Promise<Uint8Array> =>
    withDeadline(ports.readInput(), timeouts.inputMs, (): never => {
      throw new HelperError("input-unfinished", `stdin was not closed within ${timeouts.inputMs / 1000} s`);
    });
  if (action === "list") return serveList(ports, within);
  const fallback = ports.fallback();
  const areUnknownAnswered = ports.isUnknownAnonymous();
  const helper = areUnknownAnswered ? withEmptyLogins(ports.helper, ports.hasOwnLogins) : ports.helper;
  if (fallback !== undefined) {
    await ports.noteOtherRegistries();
    const surroundings = { ...ports, helper, fallback, areUnknownAnswered, readInput, within };
    return serveWithFallback(action, surroundings);
  }
  return { stdout: await within(respondTo(action, await readInput(), helper)), exitCode: 0 };
}

/**
 * Never fails: if `list` fails, docker-py, docker-compose 1 and testcontainers use no login at all. The list is empty if a setting
 * is wrong, because each `get` would fail. Does not read stdin: testcontainers never closes it.
 */
async function serveList(ports: ServerPorts, within: <T>(work: Promise<T>) => Promise<T>): Promise<Response> {
  const listNames = async (): Promise<ReadonlyMap<string, string>> => {
    const fallback = ports.fallback();
    if (fallback === undefined) return within(ports.helper.list());
    await ports.noteOtherRegistries();
    return listWithFallback({ ...ports, fallback, within });
  };
  const names = await listNames().catch(() => new Map<string, string>());
  return { stdout: encodeListResponse(names), exitCode: 0 };
}
