import { HelperError } from "../../core/errors.ts";
import { type Image, parseImage } from "../../core/image.ts";
import { nodeFolder } from "../../kubelet/state-dir.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { type Finding, runCheck } from "../doctor/finding.ts";
import { resultOf } from "../doctor/findings-table.ts";
import { checkClock } from "../doctor/network.ts";
import { checkConfig, type ConfiguredProviders } from "./check-config.ts";
import { checkPrograms } from "./check-programs.ts";
import { playKubelet } from "./play.ts";
import { STATE_DIR_OPTION } from "./state-dir-option.ts";

const NEEDS = [
  "version",
  "machine",
  "terminal",
  "settings",
  "clock",
  "registries",
  "network",
  "kubelet",
] as const;

/** Longer than the time after which the kubelet kills a provider. */
const PLAY_TIMEOUT_MS = 90_000;

/**
 * Finds what the kubelet reports badly or never. With an image, asks the providers as the kubelet does, and then the registry. Without
 * a configuration, asks only docr itself.
 */
export const kubeletCheckCommand = defineCommand({
  name: "kubelet check",
  arguments: ["[image]"],
  summary: "Check a node's image credential providers, and play the kubelet for an image",
  options: {
    config: {
      kind: "value",
      value: "file",
      description: "The kubelet's --image-credential-provider-config: a file or a directory",
    },
    binDir: {
      kind: "value",
      value: "dir",
      description: "The kubelet's --image-credential-provider-bin-dir",
    },
    stateDir: STATE_DIR_OPTION,
  },
  examples: [
    "docr kubelet check registry.digitalocean.com/acme/app:v1",
    "docr kubelet check --config /etc/kubernetes/credential-providers.yaml --bin-dir /usr/local/lib/kubelet/credential-providers",
  ],
  exitCodes: { 0: "no check failed", 1: "a check failed", 2: "wrong usage" },
  needs: NEEDS,
  async run({ options, args: [text] }, context) {
    const { config, binDir, stateDir } = options;
    if ((config === undefined) !== (binDir === undefined)) {
      throw new HelperError("bad-arguments", "--config and --bin-dir must be given together");
    }
    nodeFolder(stateDir);
    const image = text === undefined ? undefined : parseImage(text);
    const place = config === undefined || binDir === undefined ? undefined : { config, binDir };
    const findings = await context.terminal.spin("checking", () =>
      runChecks({ place, stateDir, image }, context),
    );
    return resultOf(findings, context.version, context.terminal);
  },
});

interface Question {
  readonly place: { readonly config: string; readonly binDir: string } | undefined;
  readonly stateDir: string;
  readonly image: Image | undefined;
}

async function runChecks(
  { place, stateDir, image }: Question,
  context: Pick<CommandContext, (typeof NEEDS)[number]>,
): Promise<readonly Finding[]> {
  let configured: ConfiguredProviders | undefined;
  const findings: Finding[] = [];
  if (place) {
    const { providers, findings: found } = checkConfig(place.config);
    configured = { providers, binDir: place.binDir };
    findings.push(...found);
    findings.push(...(await checkPrograms(configured, context)));
  }
  findings.push(...(await runCheck("clock", () => checkNodeClock(context))));
  if (image) {
    const play = () => playKubelet(image, configured ?? { stateDir }, context);
    findings.push(...(await runCheck("image", play, PLAY_TIMEOUT_MS)));
  }
  return findings;
}

/** With a wrong clock, a node trusts no certificate, and uses a login for too long. */
async function checkNodeClock({
  network,
  settings,
  clock,
  machine,
}: Pick<CommandContext, "network" | "settings" | "clock" | "machine">): Promise<readonly Finding[]> {
  const server = await (await network()).reach(settings().apiUrl);
  if ("problem" in server) {
    const what = `${new URL(settings().apiUrl).host} ${server.problem}, so the clock was not compared`;
    return [{ outcome: "warn", name: "clock", what, next: undefined }];
  }
  return checkClock(clock.read().now, [server], machine.platform);
}
