import type { HelperError } from "../../core/errors.ts";
import type { SecretsOutcome } from "../../secret-service/outcome.ts";
import type { SearchPlan } from "../../secret-service/plans/search-plan.ts";
import { type BusAccess, type BusTimeouts, converse } from "./bus-connection.ts";
import { failureOfOutcome, noSessionBus } from "./keychain-failures.ts";

/** The daemon ended while it had the call. */
const NO_REPLY = "org.freedesktop.DBus.Error.NoReply";

/** Creates a plan that may show prompts, or not. */
export type CreatePlan = (mayPrompt: boolean) => SearchPlan;

/**
 * Returns a function that holds a plan's conversation and returns its outcome. Holds one at a time, so that the user sees one prompt at a
 * time. Throws `keychain-missing` without a session bus. After one timeout, throws its error at once: this process does not wait again.
 */
export function createConversations(
  bus: BusAccess,
  timeouts: BusTimeouts,
): (create: CreatePlan) => Promise<SecretsOutcome> {
  let silent: HelperError | undefined;
  let mayPrompt = true;
  let previous: Promise<unknown> = Promise.resolve();

  const attempt = async (create: CreatePlan): Promise<SecretsOutcome> => {
    const plan = create(mayPrompt);
    if (!(await converse(plan, bus, timeouts))) throw noSessionBus();
    return plan.outcome;
  };
  const hold = async (create: CreatePlan): Promise<SecretsOutcome> => {
    if (silent) throw silent;
    let outcome = await attempt(create);
    if (outcome.error === NO_REPLY) outcome = await attempt(create);
    // The user has dismissed the prompt, or sees none.
    if (outcome.state === "locked") mayPrompt = false;
    if (outcome.state === "silent") silent = failureOfOutcome(outcome, timeouts);
    return outcome;
  };
  return (create) => {
    const next = previous.then(() => hold(create));
    previous = next.catch(() => undefined);
    return next;
  };
}
