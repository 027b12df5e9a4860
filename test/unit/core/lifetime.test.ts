import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MintedCredential } from "../../../src/core/credential.ts";
import {
  freshForMs,
  freshnessOf,
  holdForMs,
  limited,
  elapsedMs,
  expiresAt,
  mayBeAlive,
  type Freshness,
  type Moment,
} from "../../../src/core/lifetime.ts";
import { Secret } from "../../../src/core/secret.ts";
import { HOUR, MINUTE, NOON, SECOND } from "../../support/fakes/fixed-clock.ts";

const UPTIME = 5 * HOUR;

function mintedFor(lifeMs: number, uptime: number | undefined = UPTIME): MintedCredential {
  return {
    username: new Secret("user"),
    secret: new Secret("secret"),
    mintedAt: { now: NOON, uptime },
    lifetime: limited(lifeMs),
    access: "read-write",
    registry: "acme",
    origin: { kind: "environment" },
    revokeAt: "https://cloud.example",
  };
}

/** The moment this many milliseconds after the mint, by both clocks. */
const later = (ms: number): Moment => ({ now: NOON + ms, uptime: UPTIME + ms });

interface Case {
  readonly title: string;
  readonly life: number;
  readonly after: number;
  readonly freshness: Freshness;
}

const DAY = 24 * HOUR;

const CASES: readonly Case[] = [
  { title: "of an hour, just minted", life: HOUR, after: 0, freshness: "fresh" },
  {
    title: "of an hour, 1 ms before half its life",
    life: HOUR,
    after: 30 * MINUTE - 1,
    freshness: "fresh",
  },
  { title: "of an hour, at half its life", life: HOUR, after: 30 * MINUTE, freshness: "refresh-due" },
  {
    title: "of an hour, with 15 minutes and 1 ms left",
    life: HOUR,
    after: 45 * MINUTE - 1,
    freshness: "refresh-due",
  },
  { title: "of an hour, with 15 minutes left", life: HOUR, after: 45 * MINUTE, freshness: "expiring" },
  { title: "of an hour, with 1 ms left", life: HOUR, after: HOUR - 1, freshness: "expiring" },
  { title: "of an hour, at its end", life: HOUR, after: HOUR, freshness: "expired" },
  { title: "of an hour, long ago", life: HOUR, after: 400 * DAY, freshness: "expired" },
  {
    title: "of 30 minutes, before half its life",
    life: 30 * MINUTE,
    after: 15 * MINUTE - 1,
    freshness: "fresh",
  },
  { title: "of 30 minutes, at half its life", life: 30 * MINUTE, after: 15 * MINUTE, freshness: "expiring" },
  {
    title: "of 10 minutes, before half its life",
    life: 10 * MINUTE,
    after: 5 * MINUTE - 1,
    freshness: "fresh",
  },
  { title: "of 10 minutes, at half its life", life: 10 * MINUTE, after: 5 * MINUTE, freshness: "expiring" },
  { title: "of a minute, before half its life", life: MINUTE, after: 30 * SECOND - 1, freshness: "fresh" },
  { title: "of a minute, at half its life", life: MINUTE, after: 30 * SECOND, freshness: "expiring" },
  { title: "of a minute, at its end", life: MINUTE, after: MINUTE, freshness: "expired" },
  {
    title: "of 30 days, with 16 minutes left",
    life: 30 * DAY,
    after: 30 * DAY - 16 * MINUTE,
    freshness: "refresh-due",
  },
  {
    title: "of 30 days, with 14 minutes left",
    life: 30 * DAY,
    after: 30 * DAY - 14 * MINUTE,
    freshness: "expiring",
  },
];

describe("a minted credential", () => {
  it.each(CASES)("$title: $freshness", ({ life, after, freshness }) => {
    expect(freshnessOf(mintedFor(life), later(after))).toBe(freshness);
  });

  it.each(CASES)(
    "$title, where no clock but the wall's is to be had: $freshness",
    ({ life, after, freshness }) => {
      expect(freshnessOf(mintedFor(life, undefined), { now: NOON + after, uptime: undefined })).toBe(
        freshness,
      );
    },
  );

  it.each(CASES)("$title, with a restart of the machine since: $freshness", ({ life, after, freshness }) => {
    expect(freshnessOf(mintedFor(life), { now: NOON + after, uptime: 0 })).toBe(freshness);
  });

  it("expires by the wall clock at the end of its life", () => {
    expect(expiresAt(mintedFor(HOUR))).toBe(NOON + HOUR);
  });
});

const CLOCKS: readonly { title: string; at: Moment; freshness: Freshness; alive: boolean }[] = [
  {
    title: "set back by a second",
    at: { now: NOON - SECOND, uptime: UPTIME },
    freshness: "fresh",
    alive: true,
  },
  {
    title: "set back by a minute",
    at: { now: NOON - MINUTE, uptime: UPTIME },
    freshness: "fresh",
    alive: true,
  },
  {
    title: "set back by more",
    at: { now: NOON - MINUTE - 1, uptime: UPTIME },
    freshness: "expired",
    alive: true,
  },
  {
    title: "set back by a year",
    at: { now: NOON - 365 * DAY, uptime: UPTIME + HOUR },
    freshness: "expired",
    alive: true,
  },
  {
    title: "set back to hide 20 of 50 minutes",
    at: { now: NOON + 30 * MINUTE, uptime: UPTIME + 50 * MINUTE },
    freshness: "expired",
    alive: true,
  },
  {
    title: "half a minute slow, at half its life",
    at: { now: NOON + 29.5 * MINUTE, uptime: UPTIME + 30 * MINUTE },
    freshness: "refresh-due",
    alive: true,
  },
  {
    title: "a little slow",
    at: { now: NOON + 49.5 * MINUTE, uptime: UPTIME + 50 * MINUTE },
    freshness: "expiring",
    alive: true,
  },
  {
    title: "set forward by 20 minutes",
    at: { now: NOON + 20 * MINUTE, uptime: UPTIME },
    freshness: "fresh",
    alive: true,
  },
  {
    title: "set forward by 40 minutes",
    at: { now: NOON + 40 * MINUTE, uptime: UPTIME },
    freshness: "refresh-due",
    alive: true,
  },
  {
    title: "set forward by a year",
    at: { now: NOON + 365 * DAY, uptime: UPTIME },
    freshness: "expired",
    alive: false,
  },
];

const mintedIn = (ms: number): MintedCredential => {
  return { ...mintedFor(12 * HOUR), mintedAt: { now: NOON + ms, uptime: UPTIME } };
};

describe("credentials that were minted together", () => {
  it("are refreshed at different times, after 80 to 100 % of half their lifetime", () => {
    const times = Array.from({ length: 1000 }, (_, ms) => freshForMs(mintedIn(ms)));
    expect(Math.max(...times)).toBe(6 * HOUR);
    expect(Math.min(...times)).toBeCloseTo(4.8 * HOUR, -5);
    expect(new Set(times).size).toBe(1000);
    // As many in each fifth of the time.
    const fifths = Map.groupBy(times, (time) => Math.min(4, Math.floor((time - 4.8 * HOUR) / (0.24 * HOUR))));
    for (const group of fifths.values()) expect(group.length).toBeGreaterThan(190);
  });

  it("are held until then by another program", () => {
    for (const ms of [0, 1, 500, 999]) {
      expect(holdForMs(mintedIn(ms), { now: NOON + ms, uptime: UPTIME })).toBe(freshForMs(mintedIn(ms)));
    }
  });

  it("are never held in the last 15 minutes, nor in the second half of the time that is left", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999 }),
        fc.integer({ min: 60, max: 30 * 24 * 3600 }),
        fc.double({ min: 0, max: 1.2, noNaN: true }),
        (ms, seconds, part) => {
          const credential = { ...mintedIn(ms), lifetime: limited(seconds * SECOND) };
          const ageMs = Math.round(seconds * SECOND * part);
          const at = { now: NOON + ms + ageMs, uptime: UPTIME + ageMs };
          const leftMs = seconds * SECOND - ageMs;
          const heldMs = holdForMs(credential, at);
          expect(heldMs).toBeGreaterThanOrEqual(0);
          expect(heldMs).toBeLessThanOrEqual(Math.max(0, Math.min(leftMs / 2, leftMs - 15 * MINUTE)));
        },
      ),
    );
  });
});

describe("an hour's credential, with the wall clock", () => {
  it.each(CLOCKS)("$title: $freshness", ({ at, freshness }) => {
    expect(freshnessOf(mintedFor(HOUR), at)).toBe(freshness);
  });

  it.each(CLOCKS)("$title: revoked because it may be valid is $alive", ({ at, alive }) => {
    expect(mayBeAlive(mintedFor(HOUR), at)).toBe(alive);
  });
});

describe("any two clocks", () => {
  const life = fc.integer({ min: MINUTE, max: 30 * DAY });
  const moment = fc.record({
    now: fc.integer({ min: NOON - DAY, max: NOON + 31 * DAY }),
    uptime: fc.option(fc.integer({ min: 0, max: 40 * DAY }), { nil: undefined }),
  });

  it("never give an age below zero or below the time that the machine was awake", () => {
    fc.assert(
      fc.property(moment, moment, (then, at) => {
        const elapsed = elapsedMs(then, at) ?? 0;
        expect(elapsed).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it("make docr return a credential only if it outlives buildx's 10 minutes, or half of a shorter lifetime", () => {
    fc.assert(
      fc.property(life, moment, (lifeMs, at) => {
        const minted = mintedFor(lifeMs);
        fc.pre(["fresh", "refresh-due"].includes(freshnessOf(minted, at)));
        // The clock's slack is all that may be missing.
        const left = NOON + lifeMs - at.now;
        expect(left).toBeGreaterThanOrEqual(Math.min(10 * MINUTE, lifeMs / 2 - MINUTE));
      }),
    );
  });

  it("make docr revoke a credential unless it has certainly expired", () => {
    fc.assert(
      fc.property(life, moment, (lifeMs, at) => {
        const minted = mintedFor(lifeMs);
        expect(mayBeAlive(minted, at) || freshnessOf(minted, at) === "expired").toBe(true);
        expect(mayBeAlive(minted, at) || at.now > NOON + lifeMs - MINUTE || at.uptime !== undefined).toBe(
          true,
        );
      }),
    );
  });
});
