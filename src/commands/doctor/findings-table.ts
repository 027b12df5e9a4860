import { alignColumns } from "../../terminal/table.ts";
import type { Style, Terminal } from "../../terminal/terminal.ts";
import type { Result } from "../command.ts";
import type { Finding } from "./finding.ts";

const STYLES = { pass: "green", warn: "yellow", fail: "red" } as const satisfies Record<
  Finding["outcome"],
  Style
>;

/** Describes the findings as a command's result. The exit code is 1 if a check failed. */
export function resultOf(findings: readonly Finding[], version: string, terminal: Terminal): Result {
  const count = (outcome: Finding["outcome"]): number =>
    findings.filter((finding) => finding.outcome === outcome).length;
  const summary = { pass: count("pass"), warn: count("warn"), fail: count("fail") };
  const warnings = `${summary.warn} warning${summary.warn === 1 ? "" : "s"}`;
  return {
    text: `${tableOf(findings, terminal)}\n${summary.pass} passed, ${warnings}, ${summary.fail} failed\n`,
    json: { version, checks: findings, summary },
    exitCode: summary.fail > 0 ? 1 : 0,
  };
}

function tableOf(findings: readonly Finding[], terminal: Terminal): string {
  const rows = findings.flatMap(({ outcome, name, what, next, also = [] }) => [
    [outcome, name, also.length === 0 ? what : `${what} (also fails: ${also.join(", ")})`],
    ...(next === undefined ? [] : [["", "", `next: ${next}`]]),
  ]);
  return alignColumns(rows, terminal.width).replace(/^(?:pass|warn|fail)/gm, (word) => {
    const style = word === "pass" ? STYLES.pass : word === "warn" ? STYLES.warn : STYLES.fail;
    return terminal.paint(style, word);
  });
}
