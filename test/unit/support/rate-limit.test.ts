import { describe, expect, it } from "vitest";
import { createStandIn } from "../../support/fakes/digitalocean-api.ts";
import { createRateLimit } from "../../support/fakes/rate-limit.ts";

describe("the rate limit of an API token", () => {
  it("grants as many requests in a sliding minute, and says when the next one is permitted", () => {
    const take = createRateLimit({ perMinute: 2, perHour: 100 });
    expect([take(0), take(10)].map(({ kind }) => kind)).toEqual(["granted", "granted"]);
    expect(take(20)).toEqual({ kind: "refused", endsInS: 40, hasRetryAfter: true });
    expect(take(60).kind).toBe("granted");
    expect(take(61)).toEqual({ kind: "refused", endsInS: 9, hasRetryAfter: true });
  });

  it("counts each request for an hour of its own, and refused ones not at all", () => {
    const take = createRateLimit({ perMinute: 100, perHour: 2 });
    expect([take(0), take(1800)]).toEqual([
      { kind: "granted", remaining: 1 },
      { kind: "granted", remaining: 0 },
    ]);
    expect(take(1810)).toEqual({ kind: "refused", endsInS: 1790, hasRetryAfter: false });
    expect(take(3600).kind).toBe("granted");
    expect(take(3601)).toMatchObject({ kind: "refused", endsInS: 1799 });
  });

  it("is applied by the stand-in for each token, as DigitalOcean's API reports it", async () => {
    const standIn = await createStandIn({ limits: { perMinute: 1, perHour: 2 } });
    const ask = (token: string) =>
      fetch(`${standIn.url}/v2/registries`, { headers: { authorization: `Bearer ${token}` } });
    const [first, second] = [standIn.account.addToken(), standIn.account.addToken()];
    const statuses = [(await ask(first)).status, (await ask(second)).status];
    const refused = await ask(first);
    await standIn.close();
    expect([...statuses, refused.status]).toEqual([200, 200, 429]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(58);
    expect(refused.headers.get("ratelimit-remaining")).toBe("0");
    expect(await refused.json()).toMatchObject({ id: "too_many_requests" });
  });
});
