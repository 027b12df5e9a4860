import type { Environment } from "../core/machine.ts";
import { isHelperError } from "../core/errors.ts";
import type { Network } from "../commands/ports.ts";
import { createExchange } from "./exchange.ts";
import { faultOf } from "./faults.ts";
import { describeAuthorities } from "./trust.ts";

/** Bytes: what answers is not read, but for its headers. */
const LARGEST_ANSWER = 64 * 1024;

/** `budgetMs` is for one question, in milliseconds. */
export function createNetwork(env: Environment, userAgent: string, budgetMs: number): Network {
  return {
    async reach(text) {
      const exchange = createExchange(env, AbortSignal.timeout(budgetMs));
      const headers = { "user-agent": userAgent };
      try {
        const url = new URL(text);
        const answer = await exchange({ method: "GET", url, headers, largestAnswer: LARGEST_ANSWER });
        const { date } = answer.headers;
        const serverTime = typeof date === "string" ? Date.parse(date) : Number.NaN;
        return { status: answer.status, serverTime: Number.isNaN(serverTime) ? undefined : serverTime };
      } catch (error) {
        if (isHelperError(error)) throw error;
        return { problem: faultOf(error).words };
      }
    },
    describeAuthorities: () => describeAuthorities(env),
  };
}
