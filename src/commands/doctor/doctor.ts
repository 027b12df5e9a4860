import { defineCommand } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { checkAccount, checkHandshake } from "./account.ts";
import { checkClientFiles, checkClients } from "./clients.ts";
import { checkFallback } from "./fallback.ts";
import { type Finding, mergeFailures, runCheck } from "./finding.ts";
import { resultOf } from "./findings-table.ts";
import { checkProxyAndTrust, checkServers } from "./network.ts";
import { checkPlainLogins } from "./plain-logins.ts";
import { checkPath } from "./path.ts";
import { checkReportPath, reportOf, writeReport } from "./report.ts";
import { checkCache, checkStore } from "./store.ts";

const NEEDS = [
  "version",
  "machine",
  "terminal",
  "reporter",
  "general",
  "settings",
  "accounts",
  "accountApi",
  "inventory",
  "cachePlaces",
  "logins",
  "store",
  "keychain",
  "helper",
  "clock",
  "clients",
  "files",
  "registries",
  "network",
  "runHelper",
] as const;

export const doctorCommand = defineCommand({
  name: "doctor",
  summary: "Diagnose problems and suggest fixes",
  options: {
    report: {
      kind: "value",
      value: "file",
      description: "Write a report without secrets to a new file, to paste into an issue",
    },
  },
  examples: ["docr doctor", "docr doctor --report docr-report.md"],
  exitCodes: { 0: "no check failed", 1: "a check failed" },
  needs: NEEDS,
  async run({ options: { report } }, context) {
    const { version, machine, terminal } = context;
    if (report !== undefined) checkReportPath(report);
    const findings = await terminal.spin("checking", () => runChecks(context));
    if (report !== undefined) {
      writeReport(report, reportOf(findings, version, machine));
      terminal.note("wrote the report; read it before you paste it");
    }
    return resultOf(findings, version, terminal);
  },
});

/** Runs every check. Files that clients reject come first, then the checks in the order in which a request passes through docr. */
async function runChecks(context: Pick<CommandContext, (typeof NEEDS)[number]>): Promise<readonly Finding[]> {
  // Run these one after another: all of them use the store, and the handshake uses the API token that the previous check tests.
  const stored = async (): Promise<readonly Finding[]> => [
    ...(await runCheck("store", () => checkStore(context))),
    ...(await runCheck("cache", () => checkCache(context))),
    ...(await runCheck("api token", () => checkAccount(context))),
    ...(await runCheck("handshake", () => checkHandshake(context))),
  ];
  const parts = await Promise.all([
    runCheck("client files", () => checkClientFiles(context)),
    runCheck("path", () => checkPath(context)),
    runCheck("clients", () => checkClients(context)),
    runCheck("plain logins", () => checkPlainLogins(context)),
    runCheck("fallback", () => checkFallback(context)),
    stored(),
    runCheck("servers", () => checkServers(context)),
    runCheck("way", () => checkProxyAndTrust(context)),
  ]);
  return withoutRepeatedFixes(mergeFailures(parts.flat()));
}

/** If several warnings have one cause, shows the fix once. */
function withoutRepeatedFixes(findings: readonly Finding[]): readonly Finding[] {
  return findings.map((finding, index) => {
    const isRepeated = findings
      .slice(0, index)
      .some(({ what, next }) => what === finding.what && next === finding.next);
    return isRepeated ? { ...finding, next: undefined } : finding;
  });
}
