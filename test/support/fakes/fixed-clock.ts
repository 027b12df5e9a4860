import type { Clock } from "../../../src/core/lifetime.ts";

/** Clocks that stand still until they are set. */
export interface FixedClock extends Clock {
  /** Time goes by on both clocks. */
  pass(milliseconds: number): void;
  /** Somebody sets the wall clock, forward or back for a negative number. */
  setWallBy(milliseconds: number): void;
  /** The machine starts anew, and has been up for this long. */
  restart(uptime: number): void;
}

/** The time at which every test starts. */
export const NOON = Date.UTC(2026, 10, 21, 12);

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export function createFixedClock(): FixedClock {
  let now = NOON;
  let uptime = 5 * HOUR;
  return {
    read: () => ({ now, uptime }),
    pass(milliseconds) {
      now += milliseconds;
      uptime += milliseconds;
    },
    setWallBy(milliseconds) {
      now += milliseconds;
    },
    restart(milliseconds) {
      uptime = milliseconds;
    },
  };
}
