// Answers a `get` of another registry from the Secret Service.
import { attributesOf } from "../secret-service/attributes.ts";
import type { ConversationPlan } from "../secret-service/conversation-plan.ts";
import { ReadPlan } from "../secret-service/plans/read-plan.ts";
import { loginNames } from "./login-names.ts";
import { responseFromRecord } from "./login-record.ts";

/** A response, and the exit code that goes with it. */
export interface KeychainAnswer {
  readonly response: string;
  readonly exitCode: number;
}

/** The text that every credential helper prints. It repeats core/not-found.ts, which the launcher is not compiled with. */
const NOT_FOUND_RESPONSE = "credentials not found in native keychain\n";

/**
 * Returns docr's answer, or undefined if docr has to give it: something is locked, a prompt is needed, or the stored login is
 * unusual. `talk` holds a plan's conversation. If that is impossible, it leaves the plan without a result.
 */
export function answerFromKeychain(
  address: string,
  talk: (plan: ConversationPlan) => void,
): KeychainAnswer | undefined {
  const names = loginNames(address);
  for (const name of names) {
    const plan = new ReadPlan(attributesOf(name), false);
    talk(plan);
    const outcome = plan.outcome;
    if (outcome.state === "none") continue;
    const value = outcome.values.length === 1 ? outcome.values[0] : undefined;
    // docr chooses among several values.
    if (outcome.state !== "found" || value === undefined) return undefined;
    const response = responseFromRecord(address, value.bytes);
    return response === undefined ? undefined : { response, exitCode: 0 };
  }
  return names.length === 0 ? undefined : { response: NOT_FOUND_RESPONSE, exitCode: 1 };
}
