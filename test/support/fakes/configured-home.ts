import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { createClients } from "../../../src/client-config/resolve.ts";
import { createFiles } from "../../../src/client-config/edit/files.ts";
import { NO_LOCKS } from "./no-locks.ts";
import { createCommandBench, type CommandBench, type CommandBenchOptions } from "./command-bench.ts";

/** A real home directory on Linux, in a temporary folder, and a context for commands in it. */
export interface ConfiguredHome extends CommandBench {
  readonly home: string;
  write(path: string, text: string): void;
  /** A file's text. Undefined if it is missing. */
  read(path: string): string | undefined;
  /** The text of every file, by its path in the home. */
  all(): Readonly<Record<string, string>>;
  /** Adds a program to the PATH, which otherwise contains only docker-credential-docr. */
  install(program: string): void;
}

/** Removed at the end of the test. */
export function createConfiguredHome(options: CommandBenchOptions = {}): ConfiguredHome {
  const home = mkdtempSync(join(tmpdir(), "docr-home-"));
  const bin = `${home}.bin`;
  onTestFinished(() => {
    for (const path of [home, bin]) rmSync(path, { recursive: true, force: true });
  });
  const env = { HOME: home, PATH: bin, ...options.env };
  const machine = { env, platform: "linux", uid: 1000 };
  const files = createFiles(machine, NO_LOCKS);
  const clients = createClients(machine, async () => ({ stdout: "", exitCode: 1 }));
  const bench = createCommandBench({ files, clients, ...options, env });
  const write = (path: string, text: string): void => {
    const full = path.startsWith("/") ? path : join(home, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text, { mode: 0o755 });
  };
  const install = (program: string): void => write(`${bin}/${program}`, "");
  install("docker-credential-docr");
  return {
    ...bench,
    home,
    write,
    read: (path) => (existsSync(join(home, path)) ? readFileSync(join(home, path), "utf8") : undefined),
    all() {
      const names = readdirSync(home, { recursive: true, withFileTypes: true });
      const paths = names.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
      return Object.fromEntries(
        paths.toSorted().map((path) => [path.slice(home.length + 1), readFileSync(path, "utf8")]),
      );
    },
    install,
  };
}
