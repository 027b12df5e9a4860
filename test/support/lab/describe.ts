import { describe, it } from "vitest";

/** A group of tests. If there is a reason to skip it, its title carries the reason, and the summary of the run shows it. */
export function describeUnless(reason: string | undefined, title: string, body: () => void): void {
  // oxlint-disable-next-line vitest/valid-title, vitest/valid-describe-callback -- both are the caller's
  describe.skipIf(reason !== undefined)(withReason(title, reason), body);
}

/** One test, skipped in the same way. */
export function itUnless(reason: string | undefined, title: string, body: () => void | Promise<void>): void {
  // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect -- both are the caller's
  it.skipIf(reason !== undefined)(withReason(title, reason), body);
}

function withReason(title: string, reason: string | undefined): string {
  return reason === undefined ? title : `${title} [skipped: ${reason}]`;
}
