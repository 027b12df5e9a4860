import { execFile } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";

export interface PackOptions {
  /** The Node executable to inject into. It must have the version that runs the build, because the blob's layout depends on it. */
  readonly base: string;
  /** The processor of `base`: this machine's by default. */
  readonly arch?: string;
  /** A command that runs Node for that processor: the Node of the build by default. It makes the main file's code cache. */
  readonly node?: readonly string[];
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
 * Most of them save time (src/app/startup/README.md). Change DEFAULT_FLAGS in src/app/startup/assets.ts with V8's flags.
 * For security, the executable ignores NODE_OPTIONS and has no inspector on SIGUSR1.
 */
export const START_FLAGS = [
  "--no-rehash-snapshot",
  "--disable-sigusr1",
  "--v8-pool-size=1",
  "--min-semi-space-size=16",
  "--expose-internals",
  "--use-openssl-ca",
  // Otherwise, NODE_USE_SYSTEM_CA=1 and the flag before would contradict each other, and Node would not start.
  "--no-use-system-ca",
  // Otherwise, OPENSSL_CONF could name a library that OpenSSL loads into docr.
  "--openssl-config=/dev/null",
];
const SEA_CONFIG = {
  disableExperimentalSEAWarning: true,
  execArgv: START_FLAGS,
  execArgvExtension: "none",
  useCodeCache: true,
};

const PKG_SEA = "pkg/lib-es5/sea.js";

/** The main file's name in the blob. */
const MAIN = "main.cjs";

const PLATFORMS: Readonly<Record<string, string>> = { darwin: "macos", win32: "win" };

/**
 * Loads pkg so that the blob is made by the target's Node with START_FLAGS; pkg itself passes none. Otherwise the executable would
 * reject the main file's code cache and print a warning at each start. pkg also asks the base for its version, which the build
 * knows, and which a base for another processor could not tell.
 */
function loadPkg([node = "", ...before]: readonly string[]): PkgSea {
  const load = createRequire(import.meta.url);
  const processes: { execFile: unknown } = load("node:child_process");
  const original = processes.execFile;
  const start = promisify(execFile);
  const withFlags = async (file: string, args: readonly string[]): Promise<unknown> => {
    if (args[0] === "--version") return { stdout: `${process.version}\n`, stderr: "" };
    if (args[0] !== "--experimental-sea-config") return start(file, args);
    const [, config = ""] = args;
    nameMainRelatively(config);
    return start(node, [...before, ...START_FLAGS, ...args]);
  };
  processes.execFile = Object.defineProperty(() => undefined, promisify.custom, { value: withFlags });
  try {
    // pkg keeps the function that it finds when it is loaded, so each target loads it again.
    delete load.cache[load.resolve(PKG_SEA)];
    return load(PKG_SEA);
  } finally {
    processes.execFile = original;
  }
}

/**
 * Replaces the main file's path in pkg's configuration with a relative one. The blob contains this path: otherwise the bytes of the
 * executable would depend on the build's folder.
 */
function nameMainRelatively(path: string): void {
  const config: { main: string } = JSON.parse(readFileSync(path, "utf8"));
  const copy = join(dirname(path), MAIN);
  if (config.main !== copy) copyFileSync(config.main, copy);
  writeFileSync(path, JSON.stringify({ ...config, main: relative(process.cwd(), copy) }));
}

export async function packExecutable(options: PackOptions): Promise<void> {
  const { base, arch = process.arch, node = [process.execPath], main, assets, output } = options;
  const sea = loadPkg(node);
  await sea.default(main, {
    nodePath: base,
    signature: true,
    targets: [
      {
        nodeRange: `node${process.versions.node}`,
        platform: PLATFORMS[process.platform] ?? process.platform,
        arch,
        output,
      },
    ],
    seaConfig: { ...SEA_CONFIG, assets },
  });
}
