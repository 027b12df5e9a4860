/** DigitalOcean's limits for one API token. */
export interface RateLimits {
  readonly perMinute: number;
  readonly perHour: number;
}

/** As DigitalOcean documents them. */
export const REAL_LIMITS: RateLimits = { perMinute: 250, perHour: 5000 };

export type Grant =
  | { readonly kind: "granted"; readonly remaining: number }
  /** The API permits the next request in `endsInS` seconds. It has a `retry-after` header only for the limit of a minute. */
  | { readonly kind: "refused"; readonly endsInS: number; readonly hasRetryAfter: boolean };

const MINUTE_S = 60;
const HOUR_S = 3600;

/**
 * Limits the requests of one API token. The times, in seconds, must not decrease. Each request counts for an hour of its own, as
 * documented. DigitalOcean does not document the rest: here, the minute slides, and a refused request does not count.
 */
export function createRateLimit({ perMinute, perHour }: RateLimits): (nowS: number) => Grant {
  /** The times of the granted requests. Those before `first` no longer count. */
  const granted: number[] = [];
  let first = 0;
  return (nowS) => {
    while (first < granted.length && nowS - (granted[first] ?? 0) >= HOUR_S) first += 1;
    const counting = granted.length - first;
    if (counting >= perHour) {
      return { kind: "refused", endsInS: (granted[first] ?? 0) + HOUR_S - nowS, hasRetryAfter: false };
    }
    const freeS = (granted[granted.length - perMinute] ?? -Infinity) + MINUTE_S - nowS;
    if (freeS > 0) return { kind: "refused", endsInS: freeS, hasRetryAfter: true };
    granted.push(nowS);
    return { kind: "granted", remaining: perHour - counting - 1 };
  };
}
