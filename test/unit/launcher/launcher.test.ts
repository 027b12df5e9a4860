import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const SOURCE = join(import.meta.dirname, "../../../src");

/** The text of each file that the launcher is compiled from. */
const files = ["launcher", "response-cache/shared"].flatMap((folder) =>
  readdirSync(join(SOURCE, folder)).map((name) => readFileSync(join(SOURCE, folder, name), "utf8")),
);

/** Everything that matches the pattern's first group in any of the files, sorted. */
const findAll = (pattern: RegExp): readonly string[] =>
  files.flatMap((text) => Array.from(text.matchAll(pattern), ([, found = ""]) => found)).toSorted();

// The statement of what the launcher can do: it writes no file, opens no socket and starts programs only by spawnSync.
it("the launcher can call eleven C functions and six functions of Node, and nothing else", () => {
  expect(findAll(/"symbol": "([^"]+)"/g)).toEqual([
    "close",
    "dup2",
    "fcntl",
    "flock",
    "fstat",
    "getuid",
    "pipe2",
    "poll",
    "read",
    "signal",
    "write",
  ]);
  const imported = findAll(/^import \{ ([^}]+ \} from "node:[^"]+)"/gm);
  const functions = imported.flatMap((text) => {
    const [names = "", module = ""] = text.split(' } from "');
    return names.split(", ").map((name) => `${module}.${name}`);
  });
  expect([...new Set(functions)].toSorted()).toEqual([
    "node:child_process.spawnSync",
    "node:crypto.createHash",
    "node:fs.lstatSync",
    "node:fs.openSync",
    "node:fs.statSync",
    "node:path.dirname",
  ]);
  // No other way to import: every import is from a file of the launcher, of the shared folder or from the six.
  const modules = findAll(/\b(?:from|import|require)\b *\(?"([^"]+)"/g);
  expect(
    modules.filter((name) => !/^\.\.?\/[a-z/-]+\.ts$|^node:(?:child_process|crypto|fs|path)$/.test(name)),
  ).toEqual([]);
});
