import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LAUNCHER } from "../../../test/support/lab/executable.ts";
import { SYSTEM_PATH } from "../../../test/support/lab/parts.ts";
import { run } from "../../../test/support/lab/run.ts";
import { startStandInProcess } from "../../../test/support/lab/stand-in-process.ts";
import { REAL_LIMITS } from "../../../test/support/fakes/rate-limit.ts";
import { HOST } from "../../../test/support/requests.ts";

export interface CrowdOptions {
  readonly processes: number;
  /** They start at equal distances in this time, in seconds. */
  readonly spreadS: number;
}

export interface CrowdFigures extends CrowdOptions {
  readonly answered: number;
  /** What the others printed on stderr, without repetitions. */
  readonly failures: readonly string[];
  readonly apiCalls: number;
  readonly refusedCalls: number;
  /** Of the answered processes, in milliseconds. */
  readonly medianMs: number;
  readonly longestMs: number;
}

/** Runs one `get` on each of many new machines, which share one API token, against an API with DigitalOcean's limits. */
export async function runCrowd({ processes, spreadS }: CrowdOptions): Promise<CrowdFigures> {
  const api = await startStandInProcess({ limits: REAL_LIMITS });
  const folder = mkdtempSync(join(tmpdir(), "docr-crowd-"));
  try {
    const token = await api.addToken();
    const getOn = async (machine: number) => {
      await new Promise((resolve) => setTimeout(resolve, (spreadS * 1000 * machine) / processes));
      const home = join(folder, String(machine));
      mkdirSync(join(home, "run"), { recursive: true, mode: 0o700 });
      const env = {
        PATH: SYSTEM_PATH,
        HOME: home,
        XDG_RUNTIME_DIR: join(home, "run"),
        DIGITALOCEAN_ACCESS_TOKEN: token,
        DIGITALOCEAN_API_URL: api.url,
        DIGITALOCEAN_OAUTH_URL: api.url,
        DOCR_REGISTRY: "acme",
      };
      return run(LAUNCHER, ["get"], { env, stdin: HOST });
    };
    const outcomes = await Promise.all(Array.from({ length: processes }, (_, machine) => getOn(machine)));
    const times = outcomes
      .filter(({ code }) => code === 0)
      .map(({ ms }) => ms)
      .toSorted((a, b) => a - b);
    const failures = outcomes.filter(({ code }) => code !== 0).map(({ stderr }) => stderr.trim());
    const calls = await api.calls();
    return {
      processes,
      spreadS,
      answered: times.length,
      failures: [...new Set(failures)],
      apiCalls: calls.length,
      refusedCalls: calls.filter(({ status }) => status === 429).length,
      medianMs: times[Math.floor(times.length / 2)] ?? Number.NaN,
      longestMs: times.at(-1) ?? Number.NaN,
    };
  } finally {
    await api.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
