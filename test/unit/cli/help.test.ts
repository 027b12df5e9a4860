import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { EXIT_CODES } from "../../../src/cli/help.ts";

const SOURCE = join(import.meta.dirname, "../../../src");
const texts = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => readFileSync(join(SOURCE, path), "utf8"));

/** Numbers that the sources use as an exit code of docr or of the launcher. */
const used = texts.flatMap((text) =>
  Array.from(text.matchAll(/\b(?:exitCode(?::| =) |exit\(|SIG[A-Z]+: )(\d+)/g), ([, code]) => Number(code)),
);
/** The numbers in the tables of single commands. */
const ofCommands = texts
  .flatMap((text) => Array.from(text.matchAll(/exitCodes: \{([^}]*)\}/g), ([, codes = ""]) => codes))
  .flatMap((codes) => Array.from(codes.matchAll(/\b(\d+): "/g), ([, code]) => Number(code)));

/** `--tether` starts another program; docr reads this code as a shell does, and never exits with it. */
const OF_OTHER_PROGRAMS = [126];

it("every exit code of the sources is in the table of exit codes", () => {
  const all = new Set([...used, ...ofCommands]);
  expect([...all]).toEqual(expect.arrayContaining([0, 1, 2, 3, 4, 130, 143]));
  const known = new Set([...Object.keys(EXIT_CODES).map(Number), ...OF_OTHER_PROGRAMS]);
  expect([...all].filter((code) => !known.has(code))).toEqual([]);
});
