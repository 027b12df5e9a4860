import type { Environment } from "../core/machine.ts";
import { isHelperError } from "../core/errors.ts";
import { createExchange } from "./exchange.ts";
import { faultOf } from "./faults.ts";
import { describeAuthorities } from "./trust.ts";

/** Who answered at a URL, or why nobody did. */
export type Reached =
  | {
      readonly status: number;
      /** The server's clock, in milliseconds since the epoch; undefined where it tells none. */
      readonly serverTime: number | undefined;
    }
  /** What the host did, to stand behind its name. */
  | { readonly problem: string };

/** What lies between this machine and its servers (src/http). */
export interface Network {
  /** Asks without a login. Throws `bad-setting` and `bad-trust`, and never for what answers or does not. */
  reach(url: string): Promise<Reached>;
  /** Where the certificate authorities come from, in words. Throws `bad-trust`. */
  describeAuthorities(): string;
}

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
