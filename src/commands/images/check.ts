import type { RegistryExchange } from "../../oci/exchanges.ts";
import { defineCommand, type Result } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { LOGIN_OPTIONS, readLoginChoice } from "./given-login.ts";
import { type Checked, describeChecked, describeSeveral, exitCodeOf } from "./outcome.ts";
import { checkQuestion, questionOf } from "./question.ts";
import { type Check, findLoginToSend, checkTarget } from "./run-check.ts";
import { parseTarget } from "./target.ts";
import { describeExchanges, jsonOfExchanges } from "./trace.ts";

const NEEDS = [
  "clients",
  "registries",
  "helper",
  "terminal",
  "reporter",
] as const satisfies readonly (keyof CommandContext)[];

type CheckContext = Pick<CommandContext, (typeof NEEDS)[number]>;

/**
 * Asks the registries about the images, including authentication. If an image is absent, or a registry refuses access, that is a
 * result and not an error. For a host alone, or for a registry at DigitalOcean without a repository, checks only the login.
 */
export const checkCommand = defineCommand({
  name: "check",
  arguments: ["<image|host...>"],
  summary: "Check a client's login, or whether it can pull images",
  options: {
    tags: { kind: "flag", description: "List the repository's tags" },
    raw: { kind: "flag", description: "Print the manifest's bytes" },
    push: { kind: "flag", description: "Check whether the login may push: start an upload and cancel it" },
    ...LOGIN_OPTIONS,
    absentOn401: {
      kind: "flag",
      description: "Treat HTTP 401 from the registry as not found, if its token service accepts the login",
    },
    trace: { kind: "flag", description: "Show each request, challenge and status, without secrets" },
  },
  examples: [
    "docr check registry.digitalocean.com/acme/app:v1",
    "docr check ghcr.io/acme/app:v1 ghcr.io/acme/base:v2 alpine",
    "docr check ghcr.io",
    "docr check alpine --tags",
    "docr check alpine --trace",
    "docr check registry.digitalocean.com/acme/app --push",
    "docr check ghcr.io/acme/app:v1 --raw | jq .layers",
    "docr check quay.io/acme/app --auth-file config.json --key https://quay.io/v1/ --absent-on-401",
    "docr check quay.io/acme/app --username sammy --password-stdin < password.txt",
    "docr check ghcr.io/acme/app@sha256:… --client podman --json",
  ],
  exitCodes: {
    0: "found or accepted",
    1: "failure",
    2: "wrong usage",
    3: "not found",
    4: "rejected",
  },
  needs: NEEDS,
  async run({ options, args: [texts], wantsJson }, context) {
    const targets = texts.map(parseTarget);
    const question = questionOf(options);
    checkQuestion(question, targets, { ...options, wantsJson });
    const choice = await readLoginChoice(options, context.terminal);
    const absentOn401 = options.absentOn401 || undefined;
    const checks: Check[] = [];
    for (const target of targets) {
      const login = await findLoginToSend(choice, target, context);
      checks.push({ target, question, login, absentOn401, exchanges: [] });
    }
    const hosts = [...new Set(targets.map(({ host }) => host))].join(", ");
    const all = await context.terminal.spin(`asking ${hosts}`, () =>
      Promise.all(checks.map((check) => checkTarget(check, context))),
    );
    const traces = options.trace ? checks.map(({ exchanges }) => exchanges) : [];
    if (!wantsJson) for (const exchanges of traces) context.terminal.print(describeExchanges(exchanges));
    const [only, ...others] = all;
    if (!only || others.length > 0) return withTraces(describeSeveral(all, context.terminal), traces);
    if (only.outcome.status === "failed") throw only.outcome.failure;
    if (question === "raw" && exitCodeOf(only) !== 0) return describeOnStderr(only, context);
    return withTraces(describeChecked(only, context.terminal), traces);
  },
});

/** With `--raw`, stdout has a manifest or nothing. */
function describeOnStderr(checked: Checked, { terminal }: CheckContext): Result {
  const { name, outcome } = checked;
  const isRefused = outcome.status === "refused";
  terminal.note(isRefused ? `rejected: ${name}: ${outcome.reason}` : `not found: ${name} does not exist`);
  return { text: "", exitCode: exitCodeOf(checked) };
}

/** Adds the exchanges to the JSON of the target that they were about. */
function withTraces(result: Result, traces: readonly (readonly RegistryExchange[])[]): Result {
  if (traces.length === 0) return result;
  const { json } = result;
  const add = (one: unknown, index: number): unknown => ({
    ...Object(one),
    trace: jsonOfExchanges(traces[index] ?? []),
  });
  return { ...result, json: Array.isArray(json) ? json.map(add) : add(json, 0) };
}
