import { storeNameOf } from "../../config/general.ts";
import { environmentTokens } from "../../config/registry.ts";
import type { ConfigFile } from "../../config/config-file.ts";
import { HelperError, isHelperError } from "../../core/errors.ts";
import { suggest } from "../../core/suggestion.ts";
import { alignColumns } from "../../terminal/table.ts";
import { parseContextName } from "../../config/config-file.ts";
import { type CommandGroup, defineCommand } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { countCredentials } from "../credentials/live-table.ts";
import { type Context, findContexts } from "./contexts.ts";
import { openSettingsFile } from "./settings-file.ts";

const listCommand = defineCommand({
  name: "context list",
  summary: "List the accounts, where their API tokens are, and the current one",
  examples: ["docr context list"],
  needs: ["accounts", "files", "general", "machine", "terminal", "reporter"],
  async run(_input, context) {
    const { general, machine, terminal, reporter } = context;
    const { content } = await openSettingsFile(context);
    const { contexts, failures } = await findContexts(context, content);
    for (const { message } of failures) reporter.warn(message);
    warnOfVariables(machine, { reporter, withContext: false });
    const labels = { store: storeNameOf(general()), doctl: "doctl's config" } as const;
    const rows = contexts.map(({ name, isCurrent, sources, registries }) => [
      isCurrent ? "*" : "",
      name,
      sources.map((source) => labels[source]).join(", ") || "none",
      registries.join(", "),
    ]);
    return {
      text: alignColumns([["", "CONTEXT", "API TOKEN", "REGISTRIES"], ...rows], terminal.width),
      json: contexts,
    };
  },
});

const useCommand = defineCommand({
  name: "context use",
  arguments: ["<context>"],
  summary: "Make an account the current one",
  examples: ["docr context use work"],
  needs: ["accounts", "files", "machine", "reporter"],
  async run({ args: [text] }, context) {
    const { machine, reporter } = context;
    const name = parseContextName(text, "the argument", "bad-arguments");
    const file = await openSettingsFile(context);
    await requireToken(name, context, file.content);
    file.change([{ path: ["context"], value: name }]);
    warnOfVariables(machine, { reporter, withContext: true });
    return { text: `the current account is ${name}\n`, json: { context: name, file: file.path } };
  },
});

const renameCommand = defineCommand({
  name: "context rename",
  arguments: ["<old>", "<new>"],
  summary: "Rename an account in docr's store and configuration file",
  examples: ["docr context rename default work"],
  needs: ["accounts", "files", "machine", "terminal"],
  async run({ args: [oldText, newText] }, context) {
    const { accounts, terminal } = context;
    const from = parseContextName(oldText, "the first argument", "bad-arguments");
    const to = parseContextName(newText, "the second argument", "bad-arguments");
    const file = await openSettingsFile(context);
    if (!(await accounts.readStored(from)))
      throw await unknownContext(from, context, file.content, "in the store");
    if (from === to || (await accounts.readStored(to))) {
      throw new HelperError("bad-arguments", `the store already has an API token for the context ${to}`, {
        hint: `choose another name, or run docr logout --context ${to}`,
      });
    }
    // The copy comes first, so that a `get` in the meantime finds an API token under both names.
    await accounts.copyApiToken(from, to);
    const { context: current, contexts = {} } = file.content;
    const mapped = Object.keys(contexts).filter((registry) => contexts[registry] === from);
    file.change([
      ...(current === from ? [{ path: ["context"], value: to }] : []),
      ...mapped.map((registry) => ({ path: ["contexts", registry], value: to })),
    ]);
    // docr would never again use the credentials that it minted under the old name.
    const { revoked, notRevoked } = await terminal.spin("revoking", () => accounts.logOut(from));
    return {
      text: `renamed ${from} to ${to}; revoked ${countCredentials(revoked)}\n`,
      json: { from, to, revoked, notRevoked },
    };
  },
});

/** An account's name is called a context, as in doctl. */
export const contextCommands: CommandGroup = {
  name: "context",
  summary: "List, switch and rename accounts",
  commands: [listCommand, useCommand, renameCommand],
};

type ContextParts = Pick<CommandContext, "accounts" | "machine">;

/**
 * Throws `no-api-token` if neither the store nor doctl has an API token for the context. If the store cannot be read, throws its
 * error instead.
 */
async function requireToken(name: string, parts: ContextParts, file: ConfigFile): Promise<void> {
  const { contexts, failures } = await findContexts(parts, file);
  if (contexts.some((one) => one.name === name && one.sources.length > 0)) return;
  const failure = failures.find((one) => !isHelperError(one, "keychain-missing"));
  throw failure ?? noToken(name, contexts, "");
}

async function unknownContext(
  name: string,
  parts: ContextParts,
  file: ConfigFile,
  where: string,
): Promise<HelperError> {
  const { contexts } = await findContexts(parts, file);
  return noToken(
    name,
    contexts.filter(({ sources }) => sources.includes("store")),
    ` ${where}`,
  );
}

function noToken(name: string, contexts: readonly Context[], where: string): HelperError {
  const names = contexts.filter(({ sources }) => sources.length > 0).map((one) => one.name);
  const suggestion = suggest(name, names);
  const hint =
    suggestion !== undefined
      ? `did you mean ${suggestion}?`
      : names.length > 0
        ? `there are ${names.join(", ")}; to add it, run docr login --context ${name}`
        : `run docr login --context ${name}`;
  return new HelperError("no-api-token", `there is no API token for the context ${name}${where}`, { hint });
}

/** Warns if a variable takes precedence over the current account. */
function warnOfVariables(
  machine: CommandContext["machine"],
  { reporter, withContext }: Pick<CommandContext, "reporter"> & { readonly withContext: boolean },
): void {
  const { env } = machine;
  const token = environmentTokens(machine).find(({ name }) => env[name]);
  const name =
    token?.name ?? (withContext && env["DIGITALOCEAN_CONTEXT"] ? "DIGITALOCEAN_CONTEXT" : undefined);
  if (name !== undefined)
    reporter.warn(`${name} is set and takes precedence; unset it to use the current account`);
}
