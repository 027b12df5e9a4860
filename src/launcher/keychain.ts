// Answers a `get` or `erase` of another registry with the Secret Service.
import { attributesOf } from "../secret-service/attributes.ts";
import type { ConversationPlan } from "../secret-service/conversation-plan.ts";
import { ErasePlan } from "../secret-service/plans/erase-plan.ts";
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

/** Holds a plan's conversation. If that is impossible, it leaves the plan without a result. */
export type Talk = (plan: ConversationPlan) => void;

/**
 * Returns docr's answer to a `get`, or undefined if docr has to give it: something is locked, a prompt is needed, or the stored login is
 * unusual.
 */
export function answerFromKeychain(address: string, talk: Talk): KeychainAnswer | undefined {
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

/**
 * Erases the login. Returns docr's answer to an `erase`, or undefined if docr has to erase: something is locked, or a prompt is needed.
 * Erasing twice does no harm, so docr may begin again.
 */
export function eraseInKeychain(address: string, talk: Talk): KeychainAnswer | undefined {
  const names = loginNames(address);
  for (const name of names) {
    const plan = new ErasePlan(attributesOf(name), false);
    talk(plan);
    if (plan.outcome.state !== "done" && plan.outcome.state !== "none") return undefined;
  }
  return names.length === 0 ? undefined : { response: "", exitCode: 0 };
}
