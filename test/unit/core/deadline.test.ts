import { describe, expect, it } from "vitest";
import { abortAfter, withDeadline } from "../../../src/core/deadline.ts";

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

  it("still returns its result if the process stood still for longer than the deadline", async () => {
    const work = new Promise<string>((resolve) => {
      setTimeout(() => {
        standStill(1_200);
        // The next timers are due now, and the result comes after them.
        setTimeout(() => resolve("result"), 10);
      }, 1);
    });
    expect(await withDeadline(work, 1_000, returnLate)).toBe("result");
  });
});

/** As SIGSTOP does, without a second process. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe("a signal with a time limit", () => {
  it.each([5, 0, -3])("aborts after %i ms with a timeout, and Node prints no warning", async (ms) => {
    const warnings: unknown[] = [];
    const note = (warning: unknown): void => void warnings.push(warning);
    process.on("warning", note);
    const signal = abortAfter(ms);
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    await new Promise((resolve) => setTimeout(resolve, 1));
    process.off("warning", note);
    expect([signal.reason.name, warnings]).toEqual(["TimeoutError", []]);
  });
});
