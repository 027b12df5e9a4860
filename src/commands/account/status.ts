import { storeNameOf } from "../../config/general.ts";
import { pathLabel } from "../../client-config/paths.ts";
import { configFilePath, readConfigFile } from "../../config/config-file.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import { type HelperError, isHelperError } from "../../core/errors.ts";
import { undefinedIfFailed } from "../../credentials/best-effort.ts";
import { isAbsent } from "../../system/regular-file.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { STATE_DIR_OPTION } from "../kubelet/state-dir-option.ts";
import {
  type Configured,
  describeConfigured,
  describeHeld,
  describeSource,
  jsonOfStatus,
} from "./status-report.ts";
import { findTokenSources, type TokenSourceState } from "./token-sources.ts";

/**
 * Shows what is set up, without a network request. It does not fail if something is missing or wrong. Reading the keychain takes
 * most of the time, so docr prints everything else first. With `--exit-code`, it also requests a credential, as a client does; this may mint.
 */
export const statusCommand = defineCommand({
  name: "status",
  summary: "Show accounts, sources of API tokens, and active credentials",
  options: {
    exitCode: {
      kind: "flag",
      description: "Exit with 1 if a client would get no credential; may send a request to DigitalOcean",
    },
    stateDir: STATE_DIR_OPTION,
  },
  examples: [
    "docr status",
    "docr status --json | jq .credentials",
    "docr status --exit-code > /dev/null || docr login --token-stdin < token.txt",
  ],
  exitCodes: { 0: "shown", 1: "with --exit-code: a client gets no credential" },
  needs: [
    "accounts",
    "inventory",
    "finishedLogin",
    "helper",
    "general",
    "keychain",
    "machine",
    "clock",
    "terminal",
  ],
  async run({ options, wantsJson }, context) {
    const { stateDir } = options;
    const { accounts, inventory, finishedLogin, machine, clock, terminal } = context;
    const print = (text: string): void => {
      if (!wantsJson) terminal.print(text);
    };
    const { store, configured } = readConfigured(context);
    print(describeConfigured(configured, terminal.width));
    const sources: TokenSourceState[] = [];
    for await (const source of findTokenSources(machine, accounts, { store, context: configured.context })) {
      print(describeSource(source, sources.length === 0, terminal.width));
      sources.push(source);
    }
    const login = await undefinedIfFailed(finishedLogin);
    const request = options.exitCode ? await requestCredential(context) : undefined;
    const canRecord = await inventory.canRecord();
    const isSilent = sources.some(({ failure }) => failure?.code === "keychain-silent");
    const keychain = isSilent ? undefined : await undefinedIfFailed(context.keychain);
    const living = await inventory.living(stateDir);
    const held = { sources, keychain, login, request, ...living, canRecord, now: clock.read() };
    return {
      text: describeHeld(held, terminal.width),
      json: jsonOfStatus(configured, held),
      exitCode: request?.failure ? 1 : 0,
    };
  },
});

async function requestCredential({
  helper,
  terminal,
}: Pick<CommandContext, "helper" | "terminal">): Promise<{ readonly failure: HelperError | undefined }> {
  try {
    await terminal.spin("asking for a credential", () => helper.get(REGISTRY_HOST));
    return { failure: undefined };
  } catch (failure) {
    if (isHelperError(failure)) return { failure };
    throw failure;
  }
}

/** Reports a wrong setting as a problem and still shows the other settings. */
function readConfigured({
  accounts,
  general,
  machine,
}: Pick<CommandContext, "accounts" | "general" | "machine">): {
  readonly store: string;
  readonly configured: Configured;
} {
  const problems: HelperError[] = [];
  const orProblem = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!isHelperError(error)) throw error;
      // docr shows a wrong API token next to its source instead.
      const isNew = problems.every(({ message }) => message !== error.message);
      if (isNew && error.code !== "bad-api-token") problems.push(error);
      return undefined;
    }
  };
  const path = configFilePath(machine);
  const file = orProblem(() => readConfigFile(machine));
  const generalSettings = orProblem(general);
  const context = orProblem(() => accounts.contextInUse());
  const configured = {
    context,
    registries: file?.contexts ?? {},
    fallback: generalSettings?.fallback,
    configFile:
      path === undefined
        ? undefined
        : {
            path,
            label: pathLabel(path, machine),
            exists: file ? file.path !== undefined : !isAbsent(path),
            isValid: file !== undefined,
          },
    problems,
  };
  return { store: generalSettings ? storeNameOf(generalSettings) : "the store", configured };
}
