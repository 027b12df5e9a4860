import { describe } from "vitest";

/**
 * A group of tests that needs something: where `reason` says why it is not there, the group is skipped and
 * carries the reason in its title, so that every report shows it.
 */
export function describeUnless(reason: string | undefined, title: string, body: () => void): void {
  // oxlint-disable-next-line vitest/valid-title, vitest/valid-describe-callback -- both are the caller's
  describe.skipIf(reason !== undefined)(reason === undefined ? title : `${title} [skipped: ${reason}]`, body);
}
