import { isHelperError } from "../core/errors.ts";
import type { Environment } from "../core/machine.ts";
import { createExchange } from "./exchange.ts";
import { faultOf } from "./faults.ts";
import { describeAuthorities } from "./trust.ts";

/** Bytes. Only the status and the headers matter. */
const MAX_BYTES = 64 * 1024;

/** A server's response at a URL, or why there was none. */
export type Reached =
  | {
      readonly status: number;
      /** By the server's clock, in milliseconds since the epoch. Undefined if it sends no valid date. */
      readonly serverTime: number | undefined;
    }
  /** The part of a message after the host's name. */
  | { readonly problem: string };

/** Checks the network, for docr doctor. */
export interface Network {
  /** Sends a GET without a login. Throws `bad-setting` and `bad-trust`. Returns any other failure as a `problem`. */
  reach(url: string): Promise<Reached>;
  /** Where the certificate authorities come from, for display. Throws `bad-trust`. */
  describeAuthorities(): string;
}

/** `budgetMs` limits one call of `reach`. */
export function createNetwork(env: Environment, userAgent: string, budgetMs: number): Network {
  return {
    async reach(text) {
      const exchange = createExchange(env, AbortSignal.timeout(budgetMs));
      const headers = { "user-agent": userAgent };
      try {
        const response = await exchange({
          method: "GET",
          url: new URL(text),
          headers,
          maxBytes: MAX_BYTES,
        });
        const { date } = response.headers;
        const serverTime = typeof date === "string" ? Date.parse(date) : Number.NaN;
        return { status: response.status, serverTime: Number.isNaN(serverTime) ? undefined : serverTime };
      } catch (error) {
        if (isHelperError(error)) throw error;
        return { problem: faultOf(error).text };
      }
    },
    describeAuthorities: () => describeAuthorities(env),
  };
}
