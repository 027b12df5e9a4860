import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";

export interface PackOptions {
  /** The Node executable to inject into. It must have the version that runs the build, because the blob's layout depends on it. */
  readonly base: string;
  readonly main: string;
  /** File paths by asset name. */
  readonly assets: Readonly<Record<string, string>>;
  readonly output: string;
}

/** The part of pkg's SEA module that the build uses. It is a deep import, because pkg's command line does not pass seaConfig on. */
interface PkgSea {
  default(entry: string, options: object): Promise<void>;
}

/**
 * The executable's Node flags. The build makes its code caches under the same flags, because V8 rejects a cache made under others.
 * `--no-rehash-snapshot` and `--v8-pool-size=1` shorten each start (src/app/startup/README.md). For security, the executable ignores
 * NODE_OPTIONS and has no inspector on SIGUSR1.
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
 * Loads pkg so that it passes START_FLAGS to the Node process that makes the blob; pkg itself passes none. Otherwise the executable
 * would reject the main file's code cache and print a warning at each start.
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
