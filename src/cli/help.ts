/** The parts of the help that commander does not write. */
import type { Command } from "../commands/command.ts";

export const DESCRIPTION =
  "Credentials for DigitalOcean Container Registry, for docker, podman, skopeo and buildah";

export const EXIT_CODES =
  "0 success, 1 failure, 2 wrong usage, 3 not found (no image, no login), 4 rejected by the registry, 130 interrupted.";

/** The last part of docr's own help. It names the credential-helper protocol for readers who look for it here. */
export const PROTOCOL_HELP = `
For docker (the credential-helper protocol on stdin and stdout):
  Usage: docker-credential-docr <store|get|erase|list|version>

Exit codes: 0 success, 1 failure, 2 wrong usage, 3 not found, 4 rejected by the registry, 130 interrupted.
`;

/** `docr check [options] <image>`. */
export function usageLineOf({ name, arguments: names = [] }: Command): string {
  return ["docr", name, "[options]", ...names].join(" ");
}

/** The last part of a command's help. */
export function endOfHelp({ examples, exitCodes = {} }: Command): string {
  const codes = Object.entries(exitCodes).map(([code, meaning]) => `${code} ${meaning}`);
  const lines = examples.map((line) => `  $ ${line}\n`).join("");
  return `\nExamples:\n${lines}${codes.length === 0 ? "" : `\nExit codes: ${codes.join(", ")}.\n`}`;
}
