import { defineCommand } from "../command.ts";
import { countCredentials, describeLiveCredentials, jsonOfLiveCredentials } from "./live-table.ts";

/**
 * Revokes every superseded credential, and exits with 1 if one may be left. Does not revoke credentials in use, nor those that
 * `docr credentials` issued; `docr revoke` revokes the latter.
 */
export const pruneCommand = defineCommand({
  name: "prune",
  summary: "Revoke superseded credentials and list active ones",
  options: { dryRun: { kind: "flag", description: "Show what would be revoked, and revoke nothing" } },
  examples: ["docr prune", "docr prune --dry-run", "docr prune --json"],
  needs: ["inventory", "clock", "terminal", "reporter"],
  async run({ options: { dryRun } }, { inventory, clock, terminal, reporter }) {
    const revoked = dryRun ? 0 : await terminal.spin("revoking", () => inventory.prune());
    const { credentials, failures } = await inventory.living();
    for (const { message } of failures) {
      reporter.warn(`${message}: credentials stored there are not listed and were not revoked`);
    }
    const left = credentials.filter(({ use }) => use === "superseded").length;
    const table = describeLiveCredentials(credentials, clock.read(), terminal.width);
    const summary = dryRun
      ? `would revoke ${countCredentials(left)}`
      : `revoked ${countCredentials(revoked)}${notRevoked(left)}`;
    return {
      text: `${summary}\n${table === "" ? "" : `\n${table}`}`,
      json: {
        ...(dryRun ? { wouldRevoke: left } : { revoked, notRevoked: left }),
        credentials: jsonOfLiveCredentials(credentials),
      },
      exitCode: !dryRun && left + failures.length > 0 ? 1 : 0,
    };
  },
});

function notRevoked(count: number): string {
  return count === 0 ? "" : `, ${count} could not be revoked`;
}
