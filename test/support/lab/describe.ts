import { describe, it } from "vitest";

/** Defines a group of tests, or skips it for a reason. The title then holds the reason, and the run's summary counts it. */
export function describeUnless(reason: string | undefined, title: string, body: () => void): void {
  // oxlint-disable-next-line vitest/valid-title, vitest/valid-describe-callback -- both are the caller's
  describe.skipIf(reason !== undefined)(withReason(title, reason), body);
}

/** Does the same with one test. */
export function itUnless(reason: string | undefined, title: string, body: () => void | Promise<void>): void {
  // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect -- both are the caller's
  it.skipIf(reason !== undefined)(withReason(title, reason), body);
}

function withReason(title: string, reason: string | undefined): string {
  return reason === undefined ? title : `${title} [skipped: ${reason}]`;
}
