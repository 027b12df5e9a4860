/** The parts of the help that Commander does not write. */
import type { Command } from "../commands/command.ts";

export const DESCRIPTION = "Credential helper for DigitalOcean Container Registry";

/** The exit codes of every command. A command with more specific meanings has them in its definition. */
export const EXIT_CODES: Readonly<Record<number, string>> = {
  0: "success",
  1: "failure",
  2: "wrong usage",
  3: "not found",
  4: "rejected by the registry",
  130: "interrupted",
  143: "terminated",
};

/** Formats exit codes: `0 success, 1 failure.` */
export function listExitCodes(codes: Readonly<Record<number, string>>): string {
  return `${Object.entries(codes)
    .map(([code, meaning]) => `${code} ${meaning}`)
    .join(", ")}.`;
}

/** The last part of docr's own help. It names the credential-helper protocol for readers who look for it here. */
export const PROTOCOL_HELP = `
For docker (the credential-helper protocol on stdin and stdout):
  Usage: docker-credential-docr <store|get|erase|list|version>

Exit codes: ${listExitCodes(EXIT_CODES)}
`;

/** Formats a usage line: `docr check [options] <image>`. */
export function usageLineOf({ name, aliases = [], arguments: names = [] }: Command): string {
  return ["docr", [name, ...aliases].join("|"), "[options]", ...names].join(" ");
}

/** The last part of a command's help. */
export function endOfHelp({ examples, exitCodes }: Command): string {
  const lines = examples.map((line) => `  $ ${line}\n`).join("");
  return `\nExamples:\n${lines}${exitCodes ? `\nExit codes: ${listExitCodes(exitCodes)}\n` : ""}`;
}
