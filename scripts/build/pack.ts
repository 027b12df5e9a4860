import { createRequire } from "node:module";

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
 * `--no-rehash-snapshot` saves 3 ms a start. Hardening: nothing from NODE_OPTIONS, and no inspector on SIGUSR1,
 * for a program that holds secrets.
 */
const SEA_CONFIG = {
  disableExperimentalSEAWarning: true,
  execArgv: ["--no-rehash-snapshot", "--disable-sigusr1"],
  execArgvExtension: "none",
};

const PLATFORMS: Readonly<Record<string, string>> = { darwin: "macos", win32: "win" };

export async function packExecutable({ base, main, assets, output }: PackOptions): Promise<void> {
  const sea: PkgSea = createRequire(import.meta.url)("pkg/lib-es5/sea.js");
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
