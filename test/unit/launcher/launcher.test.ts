import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const SOURCE = join(import.meta.dirname, "../../../src");

/** The text of each file that the launcher is compiled from. */
const files = ["launcher", "response-cache/shared", "secret-service"].flatMap((room) =>
  readdirSync(join(SOURCE, room), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(?:ts|json)$/.test(name))
    .map((name) => readFileSync(join(SOURCE, room, name), "utf8")),
);

/** Everything that matches the pattern's first group in any of the files, sorted. */
const findAll = (pattern: RegExp): readonly string[] =>
  files.flatMap((text) => Array.from(text.matchAll(pattern), ([, found = ""]) => found)).toSorted();

// The statement of what the launcher can do: it writes no file but its own core file filter, connects only to sockets of this user's
// session bus, starts no program, and becomes one only by execv.
it("the launcher can call 27 C functions and six functions of Node, and nothing else", () => {
  expect(findAll(/"symbol": "([^"]+)"/g)).toEqual([
    "alarm",
    "clock_gettime",
    "close",
    "connect",
    "dup2",
    "execv",
    "fcntl",
    "flock",
    "fstat",
    "getppid",
    "getrlimit",
    "getuid",
    "memcpy",
    "memmove",
    "mmap",
    "munmap",
    "pipe2",
    "poll",
    "prctl",
    "read",
    "send",
    "setrlimit",
    "signal",
    "socket",
    "stat",
    "strlen",
    "write",
  ]);
  const imported = findAll(/^import \{ ([^}]+ \} from "node:[^"]+)"/gm);
  const functions = imported.flatMap((text) => {
    const [names = "", module = ""] = text.split(' } from "');
    return names.split(", ").map((name) => `${module}.${name}`);
  });
  expect([...new Set(functions)].toSorted()).toEqual([
    "node:crypto.createHash",
    "node:fs.accessSync",
    "node:fs.constants",
    "node:fs.lstatSync",
    "node:fs.openSync",
    "node:fs.realpathSync",
    "node:path.dirname",
  ]);
  // Each file is opened with flags that are spelled out, and only one for writing.
  expect(findAll(/openSync\(([^)]*O_(?:WRONLY|RDWR)[^)]*)\)/g)).toEqual([
    '"/dev/null", constants.O_RDWR',
    '"/proc/self/coredump_filter", constants.O_WRONLY',
  ]);
  // Each socket is a local one.
  expect(findAll(/\bsocket\((\d[^)]*)\)/g)).toEqual(["1, 0o2004001, 0"]);
  // No other way to import: every import is from a file of the launcher, of the shared folder or from these.
  const modules = findAll(/\b(?:from|import|require)\b *\(?"([^"]+)"/g);
  expect(modules.filter((name) => !/^\.\.?\/[a-z0-9./-]+\.ts$|^node:(?:crypto|fs|path)$/.test(name))).toEqual(
    [],
  );
});
