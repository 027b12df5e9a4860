import { describe, expect, it } from "vitest";
import type { HttpResponse } from "../../../src/http/dispatch.ts";
import { rateLimitEndsInMs, withRetries } from "../../../src/http/retry.ts";
import type { TracedRequest } from "../../../src/http/traced.ts";
import { HelperError, type ErrorCode } from "../../../src/core/errors.ts";
import { Secret } from "../../../src/core/secret.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";

const REQUEST: TracedRequest = {
  method: "GET",
  url: new URL("https://api.example/"),
  server: "api.example",
  authorization: { bearer: new Secret("x") },
  maxBytes: 1,
};
const GOOD: HttpResponse = { status: 200, headers: {}, body: Buffer.from("{}") };
const answer = (status: number, headers: HttpResponse["headers"] = {}): HttpResponse => ({
  ...GOOD,
  status,
  headers,
});

/** Plays the responses and failures in order and repeats the last. Records the pauses, which take no time. */
function play(steps: readonly (HttpResponse | Error)[], budgetMs = 20_000, random = 0.5) {
  const pauses: number[] = [];
  let attempts = 0;
  let leftMs = budgetMs;
  const send = withRetries(
    async () => {
      const step = steps[Math.min(attempts, steps.length - 1)] ?? GOOD;
      attempts += 1;
      if (step instanceof Error) throw step;
      return step;
    },
    {
      leftMs: () => leftMs,
      pause: async (ms) => {
        pauses.push(ms);
        leftMs -= ms;
      },
      random: () => random,
    },
  );
  return { send: () => send(REQUEST), pauses, attempts: () => attempts };
}

const failure = (code: ErrorCode): HelperError => new HelperError(code, "the message");

describe("a request", () => {
  it("with a response is sent once", async () => {
    const { send, attempts } = play([GOOD]);
    expect(await send()).toBe(GOOD);
    expect(attempts()).toBe(1);
  });

  it.each([500, 502, 503, 504])("is retried after status %i until it succeeds", async (status) => {
    const { send, attempts } = play([answer(status), answer(status), GOOD]);
    expect(await send()).toBe(GOOD);
    expect(attempts()).toBe(3);
  });

  it.each([400, 401, 403, 404, 412, 302])("is not retried after status %i", async (status) => {
    const { send, attempts } = play([answer(status)]);
    expect(await send()).toMatchObject({ status });
    expect(attempts()).toBe(1);
  });

  it.each<ErrorCode>(["api-unavailable", "api-refused", "api-cut-off", "api-timeout"])(
    "is retried after %s",
    async (code) => {
      const { send, attempts } = play([failure(code), GOOD]);
      expect(await send()).toBe(GOOD);
      expect(attempts()).toBe(2);
    },
  );

  it.each<ErrorCode>(["api-unknown-host", "api-tls", "bad-trust", "api-malformed"])(
    "is not retried after %s",
    async (code) => {
      const { send, attempts } = play([failure(code), GOOD]);
      expect(await failureOf(send)).toEqual({ code, message: "the message" });
      expect(attempts()).toBe(1);
    },
  );

  it("is not retried after an unexpected error", async () => {
    const { send, attempts } = play([new TypeError("a bug"), GOOD]);
    await expect(send()).rejects.toThrow("a bug");
    expect(attempts()).toBe(1);
  });

  it("is sent at most five times, with doubling pauses", async () => {
    const { send, attempts, pauses } = play([answer(500)]);
    expect(await send()).toMatchObject({ status: 500 });
    expect(attempts()).toBe(5);
    expect(pauses).toEqual([250, 500, 1000, 2000]);
  });

  it.each([
    [0, [125, 250, 500, 1000]],
    [0.999, [375, 750, 1500, 3000]],
  ])(
    "varies its pauses at random (%d), so that jobs that fail together do not retry together",
    async (random, rounded) => {
      const { send, pauses } = play([failure("api-refused")], 20_000, random);
      expect(await failureOf(send)).toMatchObject({ code: "api-refused" });
      expect(pauses.map((pause) => Math.round(pause / 5) * 5)).toEqual(rounded);
    },
  );

  it("is not retried if the pause does not fit the time that is left", async () => {
    const { send, attempts } = play([answer(503)], 600);
    expect(await send()).toMatchObject({ status: 503 });
    expect(attempts()).toBe(2);
  });

  it.each([
    [0, 3000],
    [0.999, 4499],
  ])("is retried after a 429 when the server says so, or up to a half later (%d)", async (random, ms) => {
    const { send, pauses } = play([answer(429, { "retry-after": "3" }), GOOD], 20_000, random);
    expect(await send()).toBe(GOOD);
    expect(pauses.map(Math.round)).toEqual([ms]);
  });

  it.each([
    ["beyond the budget", { "retry-after": "60" }],
    ["without an end", {}],
  ])("that is rate-limited %s returns the 429", async (_title, headers) => {
    const { send, attempts } = play([answer(429, headers), GOOD]);
    expect(await send()).toMatchObject({ status: 429 });
    expect(attempts()).toBe(1);
  });
});

describe("a rate limit", () => {
  const RESET = "1795262430";
  const DATE = "Sat, 21 Nov 2026 12:00:00 GMT";

  it.each([
    [{ "retry-after": "2" }, 2_000],
    [{ "retry-after": "17", "ratelimit-reset": "1" }, 17_000],
    [{ "ratelimit-reset": RESET, date: DATE }, 30_000],
    [{ "ratelimit-reset": "1", date: DATE }, 0],
  ])("ends when the server says, by the server's clock: %j", (headers, ms) => {
    expect(rateLimitEndsInMs(answer(429, headers))).toBe(ms);
  });

  it.each([
    { "ratelimit-reset": RESET },
    { "ratelimit-reset": RESET, date: "some day" },
    { "retry-after": "soon" },
    { "retry-after": "-1" },
    { "retry-after": "1.5" },
    { "retry-after": "99999999999999" },
    { "retry-after": ["1", "2"] },
    {},
  ])("has no known end with %j", (headers) => {
    expect(rateLimitEndsInMs(answer(429, headers))).toBeUndefined();
  });
});
