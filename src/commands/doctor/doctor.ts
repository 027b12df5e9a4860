import { existsSync } from "node:fs";
import { HelperError } from "../../core/errors.ts";
import { alignColumns } from "../../terminal/table.ts";
import { defineCommand, type Result } from "../command.ts";
import type { Style } from "../../terminal/terminal.ts";
import type { VerbPorts } from "../ports.ts";
import { lookAtAccount, lookAtHandshake } from "./account.ts";
import { lookAtClients } from "./clients.ts";
import { look, type Line } from "./finding.ts";
import { lookAtServers, lookAtWay } from "./network.ts";
import { lookAtPath } from "./path.ts";
import { reportOf, writeReport } from "./report.ts";
import { lookAtRuntimeFolder, lookAtStore } from "./store.ts";

export interface DoctorOptions {
  /** A file that is not there yet. */
  readonly report?: string | undefined;
}

const STYLES = { pass: "green", warn: "yellow", fail: "red" } as const satisfies Record<
  Line["outcome"],
  Style
>;

export const doctorCommand = defineCommand({
  name: "doctor",
  summary: "look for what is wrong, and say what mends it",
  options: {
    report: {
      kind: "value",
      value: "file",
      description: "write a report without secrets to a new file, to paste in an issue",
    },
  },
  examples: ["docr doctor", "docr doctor --report docr-report.md"],
  exitCodes: { 0: "nothing failed", 1: "something did" },
  needs: ["legacy"],
  run: async ({ options }, { legacy }) => doctor(legacy, options),
});

/** Looks at everything that a `get` stands on; what fails is a line, and never the whole. */
export async function doctor(ports: VerbPorts, options: DoctorOptions): Promise<Result> {
  const { report } = options;
  // Said before a person has waited.
  if (report !== undefined && existsSync(report)) {
    throw new HelperError("bad-arguments", "the report's file is there already", {
      hint: "name another file",
    });
  }
  const lines = await ports.terminal.spin("looking", () => examine(ports));
  if (report !== undefined) {
    writeReport(report, reportOf(lines, ports.version, ports.machine));
    ports.terminal.remark("the report is written; read it before you paste it");
  }
  const count = (outcome: Line["outcome"]): number => lines.filter((line) => line.outcome === outcome).length;
  const summary = { pass: count("pass"), warn: count("warn"), fail: count("fail") };
  return {
    text: `${show(lines, ports)}\n${summary.pass} passed, ${summary.warn} to look at, ${summary.fail} failed\n`,
    json: { version: ports.version, checks: lines, summary },
    exitCode: summary.fail > 0 ? 1 : 0,
  };
}

/** In the order of the way that a request takes. */
async function examine(ports: VerbPorts): Promise<readonly Line[]> {
  // One after another: all of them ask the keychain, and the handshake uses what the look before it may have found dead.
  const kept = async (): Promise<readonly Line[]> => [
    ...(await look(ports, "store", () => lookAtStore(ports))),
    ...(await look(ports, "cache", () => lookAtRuntimeFolder(ports))),
    ...(await look(ports, "api token", () => lookAtAccount(ports))),
    ...(await look(ports, "handshake", () => lookAtHandshake(ports))),
  ];
  const parts = await Promise.all([
    look(ports, "path", () => lookAtPath(ports)),
    look(ports, "clients", () => lookAtClients(ports)),
    kept(),
    look(ports, "servers", () => lookAtServers(ports)),
    look(ports, "way", () => lookAtWay(ports)),
  ]);
  return withoutEchoes(parts.flat());
}

/** What keeps several looks from going on is mended once. */
function withoutEchoes(lines: readonly Line[]): readonly Line[] {
  return lines.map((line, index) => {
    const isEcho = lines.slice(0, index).some(({ what, next }) => what === line.what && next === line.next);
    return isEcho ? { ...line, next: undefined } : line;
  });
}

function show(lines: readonly Line[], { terminal }: VerbPorts): string {
  const rows = lines.flatMap(({ outcome, name, what, next }) => [
    [outcome, name, what],
    ...(next === undefined ? [] : [["", "", `next: ${next}`]]),
  ]);
  return alignColumns(rows).replace(/^(?:pass|warn|fail)/gm, (word) => {
    const style = word === "pass" ? STYLES.pass : word === "warn" ? STYLES.warn : STYLES.fail;
    return terminal.paint(style, word);
  });
}
