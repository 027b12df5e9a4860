/** Determines which files of src one request enters, by running the request from source. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { createStandIn } from "../../test/support/fakes/digitalocean-api.ts";
import type { Room } from "./rooms.ts";
import { roomOf } from "./rooms.ts";

/** Values and pure formats. They make no decisions and have no effects, so they do not count. */
const FORMATS: readonly RegExp[] = [
  /^core\//,
  /^response-cache\/shared\//,
  /^protocol\/go-json\.ts$/,
  /^credentials\/codec\.ts$/,
  /^app\/startup\/sha256\.ts$/,
];

/**
 * Runs one `get` that mints against a stand-in of DigitalOcean's API. Returns the files whose functions ran, in the order of
 * the rooms, without values, pure formats and constructors.
 */
export async function walkOneMint(project: string, rooms: readonly Room[]): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "docr-walk-"));
  const standIn = await createStandIn();
  try {
    for (const name of ["home", "run", "coverage"]) mkdirSync(join(folder, name), { mode: 0o700 });
    await runGet(project, {
      PATH: process.env["PATH"],
      HOME: join(folder, "home"),
      XDG_RUNTIME_DIR: join(folder, "run"),
      DIGITALOCEAN_API_URL: standIn.url,
      DIGITALOCEAN_ACCESS_TOKEN: standIn.account.addToken(),
      NODE_V8_COVERAGE: join(folder, "coverage"),
    });
    const entered = enteredFiles(join(folder, "coverage"), join(project, "src"));
    const isStop = (path: string): boolean => !FORMATS.some((format) => format.test(path));
    const rank = (path: string): number => rooms.findIndex(({ name }) => name === roomOf(path, rooms)?.name);
    return entered.filter(isStop).toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  } finally {
    await standIn.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function runGet(project: string, env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(project, "src/main.ts"), "get"], {
      env,
      stdio: ["pipe", "ignore", "inherit"],
    });
    child.once("error", reject);
    child.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`get ended with ${code}`))));
    child.stdin.end("registry.digitalocean.com");
  });
}

interface CoveredFunction {
  readonly functionName: string;
  readonly ranges: readonly { readonly startOffset: number; readonly count: number }[];
}

/** Returns the files in which a function ran, other than a constructor or the module's top level. */
function enteredFiles(coverage: string, source: string): readonly string[] {
  const reports = readdirSync(coverage).map(
    (
      name,
    ): {
      readonly result: readonly { readonly url: string; readonly functions: readonly CoveredFunction[] }[];
    } => JSON.parse(readFileSync(join(coverage, name), "utf8")),
  );
  const entered = reports
    .flatMap(({ result }) => result)
    .filter(({ url }) => url.startsWith("file:") && fileURLToPath(url).startsWith(`${source}/`))
    .filter(({ functions }) => functions.some(hasRun))
    .map(({ url }) => relative(source, fileURLToPath(url)));
  return [...new Set(entered)];
}

/** The wiring calls each part's constructor, even if the request does not use the part. */
const CONSTRUCTOR = /^(?:create|compose)[A-Z]?/;

function hasRun({ functionName, ranges }: CoveredFunction): boolean {
  const isTopLevel = functionName === "" && ranges[0]?.startOffset === 0;
  return !isTopLevel && !CONSTRUCTOR.test(functionName) && (ranges[0]?.count ?? 0) > 0;
}
