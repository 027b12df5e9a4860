import { describe, expect, it } from "vitest";
import { withDeadline } from "../../../src/core/deadline.ts";

const returnLate = (): string => "late";
const endless = new Promise<never>(() => {});

describe("work under a deadline", () => {
  it("returns its result or throws its error", async () => {
    expect(await withDeadline(Promise.resolve("result"), 5_000, returnLate)).toBe("result");
    await expect(withDeadline(Promise.reject(new Error("it failed")), 5_000, returnLate)).rejects.toThrow(
      "it failed",
    );
  });

  it("returns the result of onLate after the deadline", async () => {
    expect(await withDeadline(endless, 1, returnLate)).toBe("late");
  });

  it("throws the error of onLate after the deadline", async () => {
    const late = withDeadline(endless, 1, () => {
      throw new Error("too late");
    });
    await expect(late).rejects.toThrow("too late");
  });

  it("causes no unhandled rejection if it fails after the deadline", async () => {
    const work = new Promise<string>((_, reject) => {
      setTimeout(() => reject(new Error("it failed")), 5);
    });
    expect(await withDeadline(work, 1, returnLate)).toBe("late");
    await new Promise((resolve) => setTimeout(resolve, 10));
  });
});
