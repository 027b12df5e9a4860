import { existsSync } from "node:fs";
import type { Command } from "commander";
import { shownPath } from "../clients/places.ts";
import { configFilePath, readConfigFile } from "../config/config-file.ts";
import { readProgramSettings } from "../config/program-settings.ts";
import { type HelperError, isHelperError } from "../errors.ts";
import { contextInUse } from "../helper/accounts.ts";
import { takeInventory } from "../helper/inventory.ts";
import { examples, type Frame } from "../people/frame.ts";
import type { Result, VerbPorts } from "../people/ports.ts";
import { describeStatus, jsonOfStatus, type Status } from "./status-shown.ts";
import { storeName } from "./stores.ts";
import { lookForTokens } from "./token-places.ts";

export function addStatus(program: Command, frame: Frame): void {
  frame
    .command(program, "status", "show accounts, where API tokens come from, and the credentials that live")
    .addHelpText("after", examples(["docr status", "docr status --json | jq .credentials"]))
    .action(async () => frame.finish(await status(frame.ports)));
}

/** What there is here and now; asks no network, and is no failure whatever is missing or wrong. */
export async function status(ports: VerbPorts): Promise<Result> {
  const { domain, machine } = ports;
  const problems: HelperError[] = [];
  const orProblem = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!isHelperError(error)) throw error;
      if (!problems.some(({ message }) => message === error.message)) problems.push(error);
      return undefined;
    }
  };
  const path = configFilePath(machine);
  const file = orProblem(() => readConfigFile(machine));
  const store = file && orProblem(() => storeName(machine));
  const settings = file && orProblem(() => domain.settings());
  const context = settings && contextInUse(domain);
  const sources = await lookForTokens(ports, store ?? "the keychain", context);
  const inventory = await takeInventory(domain);
  const known: Status = {
    sources,
    context,
    registries: file?.contexts ?? {},
    store: sources.find(({ kind }) => kind === "store"),
    fallback: file && orProblem(() => readProgramSettings(machine.env, file).fallback),
    configFile:
      path === undefined
        ? undefined
        : { path, shown: shownPath(path, machine), isThere: existsSync(path), isGood: file !== undefined },
    // What the places of the tokens say already is not said twice.
    problems: problems.filter(({ message }) => sources.every(({ failure }) => failure?.message !== message)),
    ...inventory,
    now: domain.clock.read(),
  };
  return { text: describeStatus(known, ports.terminal), json: jsonOfStatus(known) };
}
