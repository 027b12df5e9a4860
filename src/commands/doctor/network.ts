import type { Environment } from "../../core/machine.ts";
import { parseProxy } from "../../http/proxy.ts";
import type { VerbPorts } from "../ports.ts";
import type { Reached } from "../../http/reach.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import { fail, pass, warn, type Line } from "./finding.ts";
import { shownSpan } from "../../terminal/durations.ts";

const MINUTE_MS = 60_000;
/** What TLS and tokens still bear. */
const MOST_MS = 5 * MINUTE_MS;
const NETWORK = "check the network, HTTPS_PROXY and NO_PROXY";

/** Whether DigitalOcean can be reached, without any login, and what time it is there. */
export async function lookAtServers(ports: VerbPorts): Promise<readonly Line[]> {
  const network = await ports.network();
  const { apiUrl } = ports.domain.settings();
  const [api, registry] = await Promise.all([
    network.reach(apiUrl),
    network.reach(`https://${REGISTRY_HOST}/v2/`),
  ]);
  return [
    judge("api", new URL(apiUrl).host, api, (status) => status < 500),
    judge("registry", REGISTRY_HOST, registry, (status) => status === 401 || status === 200),
    ...judgeClock(ports, [api, registry]),
  ];
}

function judge(name: string, host: string, reached: Reached, isGood: (status: number) => boolean): Line {
  if ("problem" in reached) return fail(name, `${host} ${reached.problem}`, NETWORK);
  if (isGood(reached.status)) return pass(name, `${host} answers`);
  return fail(
    name,
    `${host} answers ${reached.status}`,
    "try again; https://status.digitalocean.com tells of outages",
  );
}

function judgeClock({ domain, machine }: VerbPorts, all: readonly Reached[]): readonly Line[] {
  const times = all.flatMap((one) =>
    "serverTime" in one && one.serverTime !== undefined ? [one.serverTime] : [],
  );
  const [first] = times;
  if (first === undefined) return [];
  const off = domain.clock.read().now - first;
  const next = machine.platform === "linux" ? "timedatectl set-ntp true" : "set the clock";
  const what = `this machine's clock is ${shownSpan(Math.abs(off))} ${off < 0 ? "behind" : "ahead of"} the server's`;
  if (Math.abs(off) > MOST_MS) return [fail("clock", what, next)];
  if (Math.abs(off) > MINUTE_MS) return [warn("clock", what, next)];
  return [pass("clock", "agrees with the server's")];
}

const PROXIES = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"];

/** What stands between: proxies and authorities, of which addresses and users are not shown. */
export async function lookAtWay(ports: VerbPorts): Promise<readonly Line[]> {
  const network = await ports.network();
  return [judgeProxies(ports.env), pass("authorities", network.describeAuthorities())];
}

function judgeProxies(env: Environment): Line {
  const named = PROXIES.filter((name) => env[name]);
  if (named.length === 0) return pass("proxy", "none is set");
  const wrong = named.find((name) => !parseProxy(env[name] ?? ""));
  if (wrong !== undefined)
    return fail("proxy", `${wrong} is not the URL of a proxy`, `correct or unset ${wrong}`);
  const bypassed = (env["no_proxy"] ?? env["NO_PROXY"] ?? "").split(",").filter((name) => name.trim() !== "");
  const shown = named.map((name) => {
    return !parseProxy(env[name] ?? "")?.username ? name : `${name} (with a user)`;
  });
  return pass("proxy", `${shown.join(", ")} in use, but for ${bypassed.length} names in NO_PROXY`);
}
