import { existsSync } from "node:fs";
import { shownPath } from "../../client-config/paths.ts";
import { configFilePath, readConfigFile } from "../../config/config-file.ts";
import { readGeneralSettings } from "../../config/general.ts";
import { type HelperError, isHelperError } from "../../core/errors.ts";
import { contextInUse } from "../../credentials/accounts/accounts.ts";
import { takeInventory } from "../../credentials/inventory/inventory.ts";
import { defineCommand, type Result } from "../command.ts";
import type { VerbPorts } from "../ports.ts";
import {
  type Configured,
  describeConfigured,
  describeHeld,
  describeSource,
  jsonOfStatus,
} from "./status-report.ts";
import { storeName } from "../stores.ts";
import { lookForTokens, type TokenPlaceState } from "./token-sources.ts";

interface StatusOptions {
  readonly json?: boolean;
}

export const statusCommand = defineCommand({
  name: "status",
  summary: "show accounts, where API tokens come from, and the credentials that live",
  examples: ["docr status", "docr status --json | jq .credentials"],
  needs: ["legacy"],
  run: async ({ wantsJson }, { legacy }) => status(legacy, { json: wantsJson }),
});

/**
 * What there is here and now; no failure, whatever is missing or wrong. It asks no network. The keychain costs most of
 * the time (its library, then two searches), so what is known without it is printed before.
 */
export async function status(ports: VerbPorts, { json = false }: StatusOptions): Promise<Result> {
  const { domain, terminal } = ports;
  const show = (text: string): void => {
    if (!json) terminal.print(text);
  };
  const { store, configured } = readConfigured(ports);
  show(describeConfigured(configured));
  const sources: TokenPlaceState[] = [];
  for await (const source of lookForTokens(ports, store ?? "the store", configured.context)) {
    show(describeSource(source, sources.length === 0));
    sources.push(source);
  }
  const held = { sources, ...(await takeInventory(domain)), now: domain.clock.read() };
  return { text: describeHeld(held), json: jsonOfStatus(configured, held) };
}

/** A wrong setting is shown where it belongs, and hides nothing else. */
function readConfigured({ domain, machine }: VerbPorts): {
  readonly store: string | undefined;
  readonly configured: Configured;
} {
  const problems: HelperError[] = [];
  const orProblem = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!isHelperError(error)) throw error;
      // What is wrong with a token is said where it was found.
      const isNew = problems.every(({ message }) => message !== error.message);
      if (isNew && error.code !== "bad-api-token") problems.push(error);
      return undefined;
    }
  };
  const path = configFilePath(machine);
  const file = orProblem(() => readConfigFile(machine));
  const store = file && orProblem(() => storeName(machine));
  const settings = file && orProblem(() => domain.settings());
  const configured = {
    context: settings && contextInUse(domain),
    registries: file?.contexts ?? {},
    fallback: file && orProblem(() => readGeneralSettings(machine.env, file).fallback),
    configFile:
      path === undefined
        ? undefined
        : { path, shown: shownPath(path, machine), isThere: existsSync(path), isGood: file !== undefined },
    problems,
  };
  return { store, configured };
}
