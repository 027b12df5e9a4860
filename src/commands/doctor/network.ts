import { REGISTRY_HOST } from "../../core/address.ts";
import { ERRORS } from "../../core/error-catalog.ts";
import type { Environment } from "../../core/machine.ts";
import { parseProxy, unsupportedScheme } from "../../http/proxy.ts";
import type { Reached } from "../../http/reach.ts";
import { formatDuration } from "../../terminal/durations.ts";
import type { CommandContext } from "../context.ts";
import { fail, type Finding, pass, warn } from "./finding.ts";

const MINUTE_MS = 60_000;
/** TLS and API tokens tolerate this difference. */
const LARGEST_OFFSET_MS = 5 * MINUTE_MS;
/** Every request that fails for this reason has the same hint, so the doctor merges the failures into one. */
const NETWORK = ERRORS["api-unknown-host"].hint;

/** Checks whether DigitalOcean's servers respond to requests without a login, and whether this machine's clock matches theirs. */
export async function checkServers({
  network,
  settings,
  clock,
  machine,
}: Pick<CommandContext, "network" | "settings" | "clock" | "machine">): Promise<readonly Finding[]> {
  const servers = await network();
  const { apiUrl } = settings();
  const [api, registry] = await Promise.all([
    servers.reach(apiUrl),
    servers.reach(`https://${REGISTRY_HOST}/v2/`),
  ]);
  return [
    checkServer("api", new URL(apiUrl).host, api, (status) => status < 500),
    checkServer("registry", REGISTRY_HOST, registry, (status) => status === 401 || status === 200),
    ...checkClock(clock.read().now, [api, registry], machine.platform),
  ];
}

function checkServer(
  name: string,
  host: string,
  reached: Reached,
  isGood: (status: number) => boolean,
): Finding {
  if ("problem" in reached) return fail(name, `${host} ${reached.problem}`, NETWORK);
  if (isGood(reached.status)) return pass(name, `${host} responds`);
  return fail(
    name,
    `${host} responds with HTTP ${reached.status}`,
    "try again; https://status.digitalocean.com lists outages",
  );
}

/** Compares this machine's clock with the first server that sends its time. Returns nothing if there is none. */
export function checkClock(now: number, servers: readonly Reached[], platform: string): readonly Finding[] {
  const times = servers.flatMap((one) =>
    "serverTime" in one && one.serverTime !== undefined ? [one.serverTime] : [],
  );
  const [first] = times;
  if (first === undefined) return [];
  const offsetMs = now - first;
  const next = platform === "linux" ? "run timedatectl set-ntp true" : "set the clock";
  const what = `this machine's clock is ${formatDuration(Math.abs(offsetMs))} ${offsetMs < 0 ? "behind" : "ahead of"} the server's`;
  if (Math.abs(offsetMs) > LARGEST_OFFSET_MS) return [fail("clock", what, next)];
  if (Math.abs(offsetMs) > MINUTE_MS) return [warn("clock", what, next)];
  return [pass("clock", "matches the server's")];
}

const PROXIES = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"];

/** Reports the proxies and certificate authorities in use, without addresses and user names. */
export async function checkProxyAndTrust({
  network,
  machine,
}: Pick<CommandContext, "network" | "machine">): Promise<readonly Finding[]> {
  const authorities = (await network()).describeAuthorities();
  return [checkProxies(machine.env), pass("authorities", authorities)];
}

function checkProxies(env: Environment): Finding {
  const set = PROXIES.filter((name) => env[name]);
  if (set.length === 0) return pass("proxy", "no proxy is set");
  const wrong = set.find((name) => !parseProxy(env[name] ?? ""));
  if (wrong !== undefined) {
    return fail("proxy", `${wrong} is not a proxy's URL`, `correct or unset ${wrong}`);
  }
  for (const name of set) {
    const proxy = parseProxy(env[name] ?? "");
    const scheme = proxy && unsupportedScheme(proxy);
    if (scheme === undefined) continue;
    const next = `set ${name} to an http or https proxy`;
    return fail(
      "proxy",
      `${name} names a proxy with the scheme ${scheme}, which docr does not support`,
      next,
    );
  }
  const bypassed = (env["no_proxy"] ?? env["NO_PROXY"] ?? "").split(",").filter((name) => name.trim() !== "");
  const labels = set.map((name) => {
    return parseProxy(env[name] ?? "")?.username ? `${name} (with a user)` : name;
  });
  return pass("proxy", `uses ${labels.join(", ")}; NO_PROXY excludes ${bypassed.length} names`);
}
