import { HelperError } from "../../../src/core/errors.ts";
import type { About } from "../../../src/commands/about/about.ts";
import type { Files } from "../../../src/client-config/edit/files.ts";
import type { HelperAnswer } from "../../../src/client-config/helper-client.ts";
import type { Clients } from "../../../src/client-config/resolve.ts";
import type { Terminal } from "../../../src/terminal/terminal.ts";
import type { RegistryExchange } from "../../../src/oci/exchanges.ts";
import type { Registries } from "../../../src/oci/registries.ts";
import type { Network } from "../../../src/http/reach.ts";
import { createCommandDomain } from "../../../src/app/command-domain.ts";
import { readConfigFile } from "../../../src/config/config-file.ts";
import { readGeneralSettings } from "../../../src/config/general.ts";
import type { ArgsOf, Command, Options, OptionsOf, Result } from "../../../src/commands/command.ts";
import type { CachePlace, CommandContext, KubeletParts } from "../../../src/commands/context.ts";
import { valuesOf } from "../../../src/cli/option-values.ts";
import { Secret } from "../../../src/core/secret.ts";
import {
  type CredentialsBench,
  type CredentialsBenchOptions,
  createCredentialsBench,
} from "./credentials-bench.ts";

export interface CommandBenchOptions extends CredentialsBenchOptions {
  /** The user's answers, prompt by prompt. Undefined: there is no terminal. */
  readonly answers?: readonly (string | boolean)[];
  /** The width of the terminal on stdout. Undefined: stdout is a pipe. */
  readonly width?: number;
  /** Stdin, for `--password-stdin`. */
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly clients?: Partial<Clients>;
  readonly registries?: Partial<Registries>;
  /** What an observer of the registries sees. */
  readonly exchanges?: readonly RegistryExchange[];
  /** Real files, in a folder of the test. */
  readonly files?: Files;
  readonly network?: Partial<Network>;
  /** The program behind the keychain. By default, the store is not a Linux keychain. */
  readonly keychain?: CommandContext["keychain"];
  readonly about?: Partial<About>;
  readonly kubelet?: Partial<KubeletParts>;
  readonly cachePlaces?: readonly CachePlace[];
  /** The responses of other helpers, by `NAME ACTION INPUT`. */
  readonly helpers?: Readonly<Record<string, HelperAnswer>>;
}

/** Some of a command's options. */
export type GivenOptions<C extends { readonly options?: Options }> = Partial<
  OptionsOf<NonNullable<C["options"]>>
>;

/** The commands' context on fakes, with a user who answers every prompt. */
export interface CommandBench extends CredentialsBench {
  readonly context: CommandContext;
  /** Runs the command with these options; the others have their defaults. */
  run<O extends Options, A extends readonly string[], K extends keyof CommandContext>(
    command: Command<O, A, K>,
    options?: Partial<OptionsOf<O>> & { readonly json?: boolean },
    ...args: ArgsOf<A>
  ): Promise<Result>;
  /** The prompts. */
  readonly questions: readonly string[];
  /** What the command printed on stdout before its result. */
  readonly printed: readonly string[];
  /** What the command warned of. */
  readonly warnings: readonly string[];
  /** Its other lines on stderr. */
  readonly notes: readonly string[];
  /** What other helpers were asked, as `NAME ACTION INPUT`. */
  readonly helperCalls: readonly string[];
}

export function createCommandBench(options: CommandBenchOptions = {}): CommandBench {
  const bench = createCredentialsBench(options);
  const questions: string[] = [];
  const warnings: string[] = [];
  const notes: string[] = [];
  const printed: string[] = [];
  const helperCalls: string[] = [];
  const answers = [...(options.answers ?? [])];
  const answer = (question: string): string | boolean => {
    if (options.answers === undefined) throw new HelperError("no-terminal", "there is no terminal");
    questions.push(question);
    const next = answers.shift();
    if (next === undefined) throw new HelperError("cancelled", "cancelled");
    return next;
  };
  const terminal: Terminal = {
    canAsk: options.answers !== undefined,
    columns: 80,
    width: options.width,
    paint: (_style, text) => text,
    askHidden: async (question) => new Secret(String(answer(question))),
    ask: async (question) => String(answer(question)),
    confirm: async (question) => answer(question) === true,
    spin: async (_doing, work) => work(),
    print: (text) => void printed.push(text),
    page: async (text) => void printed.push(text),
    note: (text) => void notes.push(text),
    async readSecret() {
      if (options.stdin === undefined) throw new HelperError("input-missing", "stdin is empty");
      return new Secret(options.stdin);
    },
  };
  const env = options.env ?? {};
  const machine = { env, platform: "linux", uid: 1000 };
  const context: CommandContext = {
    version: "1.2.3",
    about: {
      commit: undefined,
      node: { version: "26.0.0", libraries: {} },
      baseIntegrity: undefined,
      licenses: async () => undefined,
      executables: async () => [],
      ...options.about,
    },
    machine,
    terminal,
    reporter: { warn: (text) => void warnings.push(text) },
    general: () => readGeneralSettings(env, readConfigFile(machine)),
    keychain: options.keychain ?? (async () => undefined),
    ...createCommandDomain(bench.credentials),
    clients: async () => ({ resolve: unexpected, usesOf: unexpected, ...options.clients }),
    files: async () => options.files ?? unexpected(),
    async registries(observe) {
      for (const exchange of options.exchanges ?? []) observe?.(exchange);
      return {
        checkLogin: unexpected,
        findManifest: unexpected,
        readManifest: unexpected,
        listTags: unexpected,
        mayPush: unexpected,
        fetchToken: unexpected,
        ...options.registries,
      };
    },
    network: async () => ({
      reach: unexpected,
      describeAuthorities: () => "1 from a fake",
      ...options.network,
    }),
    kubelet: { answer: unexpected, run: unexpected, ...options.kubelet },
    cachePlaces: () => options.cachePlaces ?? [{ name: "XDG_RUNTIME_DIR", problem: undefined }],
    async runHelper(name, action, input) {
      const call = `${name} ${action} ${input}`;
      helperCalls.push(call);
      const known = options.helpers?.[call];
      if (known) return known;
      throw new HelperError("other-helper", `cannot run docker-credential-${name}`);
    },
  };
  const run: CommandBench["run"] = (...asked) => runOn(context, ...asked);
  return { ...bench, context, run, questions, printed, warnings, notes, helperCalls };
}

/** As `CommandBench.run`, with another context. */
export function runOn<O extends Options, A extends readonly string[], K extends keyof CommandContext>(
  context: CommandContext,
  { options: definitions, ...command }: Command<O, A, K>,
  { json, ...given }: Partial<OptionsOf<O>> & { readonly json?: boolean } = {},
  ...args: ArgsOf<A>
): Promise<Result> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made from the command's own definitions
  const all = { ...valuesOf(definitions ?? {}, {}), ...given } as OptionsOf<Options> as never;
  return command.run({ options: all, args, wantsJson: json === true }, context);
}

async function unexpected(): Promise<never> {
  throw new Error("this test did not expect that question");
}
