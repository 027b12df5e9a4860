import { chmodSync, writeFileSync } from "node:fs";
import { HELPER_FLAG } from "../../src/response-cache/shared/helper-flag.ts";
import { explainMissing } from "../support/lab/parts.ts";
import type { Environment } from "../support/lab/run.ts";
import type { Request } from "./call.ts";

/** Why there can be no stub. It is written in Perl, which adds no variables and reads plain bytes. */
export const explainNoStub = (): string | undefined => explainMissing(["perl"]);

/** Prints what the stub got: arguments, environment, stdin. */
const SCRIPT = `#!/usr/bin/perl
binmode STDIN; binmode STDOUT;
open(my $file, "<", "/proc/self/environ"); binmode $file;
local $/; my $env = <$file>; my $input = <STDIN>;
$env = join("\\0", sort(split(/\\0/, $env)));
print "NAME got ", join("\\0", scalar(@ARGV), @ARGV), "\\n", $env, "\\n", $input;
print STDERR "NAME says so\\n";
exit CODE;
`;

/** Writes a program that prints what it got and ends with the code. */
export function writeStub(path: string, name: string, code: number): void {
  writeFileSync(path, SCRIPT.replaceAll("NAME", name).replace("CODE", String(code)));
  chmodSync(path, 0o755);
}

/** What that program prints on stdout for the request. docr gets the launcher's own argument in front. */
export function stubOutput(name: string, { args, env, input }: Request, added: Environment = {}): string {
  const variables = Object.entries({ ...env, ...added })
    .map(([key, value]) => Buffer.from(`${key}=${value}`).toString("latin1"))
    .toSorted()
    .join("\0");
  const bytes = Buffer.from(input ?? []).toString("latin1");
  const passed = name === "docr" ? [HELPER_FLAG, ...args] : args;
  const words = [String(passed.length), ...passed].map((word) => Buffer.from(word).toString("latin1"));
  return `${name} got ${words.join("\0")}\n${variables}\n${bytes}`;
}

export const stubError = (name: string): string => `${name} says so\n`;

/** The variables that the program printed. */
export function variablesIn(stdout: string): Environment {
  const [, block = ""] = Buffer.from(stdout, "latin1").toString("utf8").split("\n");
  const pairs = block.split("\0").map((pair) => [pair.replace(/=.*$/, ""), pair.replace(/^[^=]*=/, "")]);
  return Object.fromEntries(pairs);
}
