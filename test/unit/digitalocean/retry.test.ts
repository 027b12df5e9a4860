import { describe, expect, it } from "vitest";
import { withRetries } from "../../../src/digitalocean/retry.ts";
import type { ApiRequest, ApiResponse } from "../../../src/digitalocean/transport.ts";
import { HelperError, type ErrorCode } from "../../../src/core/errors.ts";
import { Secret } from "../../../src/core/secret.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";

const REQUEST: ApiRequest = { method: "GET", url: "https://api.example/", bearer: new Secret("x") };
const GOOD: ApiResponse = { status: 200, headers: {}, body: "{}" };
const answer = (status: number, headers: ApiResponse["headers"] = {}): ApiResponse => ({
  ...GOOD,
  status,
  headers,
});

/** Sends through answers and failures in turn, the last for ever; notes the pauses, which pass in no time. */
function play(steps: readonly (ApiResponse | Error)[], budgetMs = 20_000, random = 0.5) {
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
  it("that is answered is sent once", async () => {
    const { send, attempts } = play([GOOD]);
    expect(await send()).toBe(GOOD);
    expect(attempts()).toBe(1);
  });

  it.each([500, 502, 503, 504])(
    "that is answered %i is sent again until it is answered well",
    async (status) => {
      const { send, attempts } = play([answer(status), answer(status), GOOD]);
      expect(await send()).toBe(GOOD);
      expect(attempts()).toBe(3);
    },
  );

  it.each([400, 401, 403, 404, 412, 302])("that is answered %i is not sent again", async (status) => {
    const { send, attempts } = play([answer(status)]);
    expect(await send()).toMatchObject({ status });
    expect(attempts()).toBe(1);
  });

  it.each<ErrorCode>(["api-unavailable", "api-refused", "api-cut-off", "api-timeout"])(
    "that ends with %s is sent again",
    async (code) => {
      const { send, attempts } = play([failure(code), GOOD]);
      expect(await send()).toBe(GOOD);
      expect(attempts()).toBe(2);
    },
  );

  it.each<ErrorCode>(["api-unknown-host", "api-tls", "bad-trust", "api-malformed"])(
    "that ends with %s is not sent again",
    async (code) => {
      const { send, attempts } = play([failure(code), GOOD]);
      expect(await failureOf(send)).toEqual({ code, message: "the message" });
      expect(attempts()).toBe(1);
    },
  );

  it("that fails for a reason that nobody foresaw is not sent again", async () => {
    const { send, attempts } = play([new TypeError("a bug"), GOOD]);
    await expect(send()).rejects.toThrow("a bug");
    expect(attempts()).toBe(1);
  });

  it("is sent five times at most, after pauses that double", async () => {
    const { send, attempts, pauses } = play([answer(500)]);
    expect(await send()).toMatchObject({ status: 500 });
    expect(attempts()).toBe(5);
    expect(pauses).toEqual([250, 500, 1000, 2000]);
  });

  it.each([
    [0, [125, 250, 500, 1000]],
    [0.999, [375, 750, 1500, 3000]],
  ])(
    "pauses by chance (%d), so that jobs that fail together do not come back together",
    async (random, rounded) => {
      const { send, pauses } = play([failure("api-refused")], 20_000, random);
      expect(await failureOf(send)).toMatchObject({ code: "api-refused" });
      expect(pauses.map((pause) => Math.round(pause / 5) * 5)).toEqual(rounded);
    },
  );

  it("is not sent again where the pause does not fit the time that is left", async () => {
    const { send, attempts } = play([answer(503)], 600);
    expect(await send()).toMatchObject({ status: 503 });
    expect(attempts()).toBe(2);
  });

  it("that is limited is sent again when the server says", async () => {
    const { send, pauses } = play([answer(429, { "retry-after": "3" }), GOOD]);
    expect(await send()).toBe(GOOD);
    expect(pauses).toEqual([3000]);
  });

  it.each([
    ["for longer than there is time", { "retry-after": "60" }],
    ["and nobody says for how long", {}],
  ])("that is limited %s ends with that answer", async (_title, headers) => {
    const { send, attempts } = play([answer(429, headers), GOOD]);
    expect(await send()).toMatchObject({ status: 429 });
    expect(attempts()).toBe(1);
  });
});
