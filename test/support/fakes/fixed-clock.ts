import type { Clock } from "../../../src/core/lifetime.ts";

/** Clocks that move only when a test moves them. */
export interface FixedClock extends Clock {
  /** Time passes on both clocks. */
  pass(milliseconds: number): void;
  /** Sets the wall clock forward, or back for a negative number. */
  setWallBy(milliseconds: number): void;
  /** The machine restarts, and its uptime is this. */
  restart(uptime: number): void;
}

/** The wall clock at the start of a test. */
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
