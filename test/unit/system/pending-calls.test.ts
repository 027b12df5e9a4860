import { describe, expect, it } from "vitest";
import { createPendingCalls } from "../../../src/system/pending-calls.ts";

describe("pending calls", () => {
  it("count a call until it settles, whether it succeeds or fails", async () => {
    const pendingCalls = createPendingCalls();
    const success = pendingCalls.track(Promise.resolve("result"));
    const failure = pendingCalls.track(Promise.reject(new Error("it failed")));
    const endless = pendingCalls.track(new Promise(() => {}));
    expect(pendingCalls.count).toBe(3);
    expect(await success).toBe("result");
    await expect(failure).rejects.toThrow("it failed");
    expect(pendingCalls.count).toBe(1);
    expect(endless).toBeInstanceOf(Promise);
  });
});
