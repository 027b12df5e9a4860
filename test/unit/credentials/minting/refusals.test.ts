import { describe, expect, it } from "vitest";
import type { TokenOrigin } from "../../../../src/core/credential.ts";
import { type ErrorCode, HelperError } from "../../../../src/core/errors.ts";
import { askingAfresh, createRefusals } from "../../../../src/credentials/minting/refusals.ts";
import { createFixedClock, HOUR, MINUTE, SECOND } from "../../../support/fakes/fixed-clock.ts";
import { createMemoryStore } from "../../../support/fakes/memory-store.ts";

const KEY = { name: "a".repeat(64) };
const ENVIRONMENT: TokenOrigin = { kind: "environment" };

function create(random = 0) {
  const clock = createFixedClock();
  const store = createMemoryStore();
  const other = createMemoryStore();
  const doctl = { state: "one" };
  const refusals = createRefusals({
    files: () => store,
    allFiles: () => [store, other],
    doctl: { fingerprint: () => doctl.state },
    clock,
    random: () => random,
  });
  return { clock, store, other, doctl, refusals };
}

const refusal = (code: ErrorCode, retryAfterSeconds?: number): HelperError =>
  new HelperError(code, "the message", {
    hint: "the hint",
    response: { status: 429, requestId: "06ba1c2d", retryAfterSeconds, apiMessage: "no" },
  });

/** How long the refusal is remembered, in milliseconds, to the second. */
async function heldFor(error: HelperError, random: number): Promise<number> {
  const { clock, refusals } = create(random);
  await refusals.remember(KEY, error, ENVIRONMENT);
  let ms = 0;
  while (await refusals.find(KEY)) {
    clock.pass(SECOND);
    ms += SECOND;
  }
  return ms;
}

describe("a refusal", () => {
  it("is found again in the same words, with the same details", async () => {
    const { refusals } = create();
    const error = refusal("api-rate-limited", 30);
    await refusals.remember(KEY, error, ENVIRONMENT);
    expect(await refusals.find(KEY)).toMatchObject({
      code: "api-rate-limited",
      message: "the message",
      hint: "the hint",
      response: error.response,
    });
  });

  it.each([
    ["api-unauthorized", undefined, 60, 30],
    ["api-forbidden", undefined, 60, 30],
    ["api-not-found", undefined, 60, 30],
    ["api-rate-limited", 30, 30, 45],
    ["api-rate-limited", 3000, 3000, 3600],
    ["api-rate-limited", 86_400, 3600, 3600],
    ["api-rate-limited", undefined, 60, 90],
  ] as const)("%s with retry-after %s is remembered for %d to %d s", async (code, after, first, last) => {
    expect(await heldFor(refusal(code, after), 0)).toBe(first * SECOND);
    expect(await heldFor(refusal(code, after), 1)).toBe(last * SECOND);
  });

  it.each<ErrorCode>(["api-unavailable", "api-timeout", "no-registry", "api-ambiguous", "bad-setting"])(
    "is not one: %s",
    async (code) => {
      expect(await heldFor(refusal(code), 0)).toBe(0);
    },
  );

  it("is of its key alone", async () => {
    const { refusals } = create();
    await refusals.remember(KEY, refusal("api-unauthorized"), ENVIRONMENT);
    expect(await refusals.find({ name: "b".repeat(64) })).toBeUndefined();
  });

  it("is forgotten in every session's files", async () => {
    const { refusals, store, other } = create();
    await refusals.remember(KEY, refusal("api-unauthorized"), ENVIRONMENT);
    other.items.set(`refusal-${KEY.name}`, "{}");
    await refusals.clear();
    expect([...store.items, ...other.items]).toEqual([]);
  });

  it("ends when doctl's configuration changes, if the API token is from there", async () => {
    const { refusals, doctl } = create();
    const origin = { kind: "doctl", account: "", fingerprint: "one" } as const;
    await refusals.remember(KEY, refusal("api-unauthorized"), origin);
    expect(await refusals.find(KEY)).toMatchObject({ code: "api-unauthorized" });
    doctl.state = "two";
    expect(await refusals.find(KEY)).toBeUndefined();
  });

  it("ends if the clock was set back, or the machine was started again since", async () => {
    const { refusals, clock } = create();
    await refusals.remember(KEY, refusal("api-unauthorized"), ENVIRONMENT);
    clock.setWallBy(-HOUR);
    expect(await refusals.find(KEY)).toBeUndefined();
    clock.setWallBy(HOUR + 2 * MINUTE);
    clock.restart(SECOND);
    expect(await refusals.find(KEY)).toBeUndefined();
  });

  it("is not consulted for a command, which still remembers and forgets", async () => {
    const { refusals, store } = create();
    const afresh = askingAfresh(refusals);
    await afresh.remember(KEY, refusal("api-unauthorized"), ENVIRONMENT);
    expect(await afresh.find(KEY)).toBeUndefined();
    expect(store.items.size).toBe(1);
    await afresh.clear();
    expect(store.items.size).toBe(0);
  });

  it("is not remembered where nothing can be written or read", async () => {
    const { refusals, store } = create();
    store.failWith(new Error("the disk is full"));
    await refusals.remember(KEY, refusal("api-unauthorized"), ENVIRONMENT);
    expect(await refusals.find(KEY)).toBeUndefined();
    await refusals.clear();
  });

  it("is ignored if the file is not docr's", async () => {
    const { refusals, store } = create();
    for (const text of ["", "{}", "[]", '{"at":{"now":1},"forMs":1e9,"code":"no-such-code","message":"x"}']) {
      store.items.set(`refusal-${KEY.name}`, text);
      expect(await refusals.find(KEY)).toBeUndefined();
    }
  });
});
