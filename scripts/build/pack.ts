import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";

export interface PackOptions {
  /** The Node executable to inject into, of the version that runs the build: the blob's layout depends on it. */
  readonly base: string;
  readonly main: string;
  /** File paths by asset name. */
  readonly assets: Readonly<Record<string, string>>;
  readonly output: string;
}

/** What we use of pkg's SEA module. A deep import, because pkg's command line passes no seaConfig on. */
interface PkgSea {
  default(entry: string, options: object): Promise<void>;
}

/**
 * What the executable starts with, and its code caches are made under: V8 takes none that was made under other flags.
 * `--no-rehash-snapshot` saves 3 ms a start, and one thread for V8's work in the place of four 0.4: Node waits until each
 * has started, and again for its end. Hardening: nothing from NODE_OPTIONS, and no inspector on SIGUSR1, for a program
 * that holds secrets.
 */
export const START_FLAGS = ["--no-rehash-snapshot", "--disable-sigusr1", "--v8-pool-size=1"];
const SEA_CONFIG = {
  disableExperimentalSEAWarning: true,
  execArgv: START_FLAGS,
  execArgvExtension: "none",
  useCodeCache: true,
};

const PLATFORMS: Readonly<Record<string, string>> = { darwin: "macos", win32: "win" };

/**
 * pkg starts a Node of its own to make the blob, and gives it no flags. The main file's code cache, which saves 0.7 ms a
 * start, would then be refused by the executable, with a warning: it is taken under the flags alone that it was made with.
 */
function loadPkg(): PkgSea {
  const load = createRequire(import.meta.url);
  const processes: { execFile: unknown } = load("node:child_process");
  const original = processes.execFile;
  const start = promisify(execFile);
  const withFlags = (file: string, args: readonly string[]): Promise<unknown> =>
    start(file, args[0] === "--experimental-sea-config" ? [...START_FLAGS, ...args] : args);
  processes.execFile = Object.defineProperty(() => undefined, promisify.custom, { value: withFlags });
  try {
    return load("pkg/lib-es5/sea.js");
  } finally {
    processes.execFile = original;
  }
}

export async function packExecutable({ base, main, assets, output }: PackOptions): Promise<void> {
  const sea = loadPkg();
  await sea.default(main, {
    nodePath: base,
    signature: true,
    targets: [
      {
        nodeRange: `node${process.versions.node}`,
        platform: PLATFORMS[process.platform] ?? process.platform,
        arch: process.arch,
        output,
      },
    ],
    seaConfig: { ...SEA_CONFIG, assets },
  });
}
