import { createHash } from "node:crypto";
import type { HelperError } from "../../../src/core/errors.ts";
import { createApiTokens } from "../../../src/credentials/accounts/api-tokens.ts";
import { createHelper, type Helper } from "../../../src/credentials/helper.ts";
import { createLogins } from "../../../src/credentials/stored-logins.ts";
import {
  createMintedCredentials,
  type MintedCredentials,
} from "../../../src/credentials/inventory/credential-cache.ts";
import { choosePlaces } from "../../../src/credentials/inventory/placement.ts";
import type { HelperPorts } from "../../../src/credentials/ports.ts";
import type { SecretStore } from "../../../src/core/secret-store.ts";
import type { Settings } from "../../../src/credentials/minting/settings.ts";
import { createTokenSource } from "../../../src/credentials/accounts/token-finder.ts";
import type { ApiToken } from "../../../src/core/api-token.ts";
import { Secret } from "../../../src/core/secret.ts";
import { createFixedClock, type FixedClock } from "./fixed-clock.ts";
import { createMemoryStore, type MemoryStore } from "./memory-store.ts";
import { createRecordedApi, type RecordedApi } from "./recorded-api.ts";
import { recordTrace, type RecordedTrace } from "./recorded-trace.ts";

/** An API token's shape around one letter a to f or digit, so that tests can tell them apart. */
export const tokenOf = (digit: string): string => `dop_v1_${digit.repeat(64)}`;

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

export interface BenchOptions {
  /** The API token in the environment. */
  readonly apiToken?: string;
  readonly settings?: Partial<Settings>;
  /** Set where settings cannot be read. */
  readonly badSettings?: HelperError;
  /** False where there are no private files, or none that go at logout. */
  readonly hasFiles?: boolean;
  /** What doctl's config holds, by context. */
  readonly doctl?: Record<string, string>;
  readonly secretOf?: (count: number) => string;
}

/** The helper on fakes alone, and all that a test may look at or turn. */
export interface Bench {
  readonly helper: Helper;
  readonly ports: HelperPorts;
  readonly keychain: MemoryStore;
  /** The private files of this session. */
  readonly files: MemoryStore;
  readonly api: RecordedApi;
  readonly clock: FixedClock;
  /** What the person is told. */
  readonly remarks: readonly string[];
  /** Work that was left to a process in the background. */
  readonly background: readonly string[];
  /** Server URLs whose finished answer was offered to the next `get`. */
  readonly offered: readonly string[];
  readonly turns: FakeTurns;
  readonly traced: RecordedTrace;
  /** Changes what later calls read; stores stay as they are. */
  readonly settings: { -readonly [Name in keyof Settings]: Settings[Name] };
  readonly doctl: Record<string, string>;
}

/** Turns that come at once; what happens while waiting for one is the test's to say. */
export interface FakeTurns {
  /** Runs when a turn is asked for, before it comes. */
  meanwhile: (name: string) => Promise<unknown>;
  /** The failure that the process before met. */
  failure: HelperError | undefined;
  /** No turn comes. */
  isUnavailable: boolean;
  readonly shared: HelperError[];
  readonly log: string[];
}

export function createBench(options: BenchOptions = {}): Bench {
  const clock = createFixedClock();
  const keychain = createMemoryStore();
  const files = createMemoryStore();
  const api = createRecordedApi({ clock, ...(options.secretOf ? { secretOf: options.secretOf } : {}) });
  const remarks: string[] = [];
  const background: string[] = [];
  const traced = recordTrace();
  const turns: FakeTurns = {
    meanwhile: async () => undefined,
    failure: undefined,
    isUnavailable: false,
    shared: [],
    log: [],
  };
  const settings: Bench["settings"] = {
    apiUrl: "https://api.example",
    oauthUrl: "https://cloud.example",
    apiToken: options.apiToken === undefined ? undefined : environmentToken(options.apiToken),
    registry: undefined,
    context: undefined,
    contexts: {},
    storeId: "keychain",
    access: "auto",
    ttlSeconds: 3600,
    cache: undefined,
    ...options.settings,
  };
  const readSettings = (): Settings => {
    if (options.badSettings) throw options.badSettings;
    return settings;
  };
  const doctl = options.doctl ?? {};
  const apiTokens = createApiTokens(keychain);
  const opened = new Map<SecretStore, MintedCredentials>();
  const open = (store: SecretStore): MintedCredentials => {
    const found = opened.get(store) ?? createMintedCredentials(store, clock, sha256);
    opened.set(store, found);
    return found;
  };
  const placeOfFiles = (options.hasFiles ?? true) ? { store: files, isOfSession: true } : undefined;
  const offered: string[] = [];
  const warm = {
    warmAnswers: {
      isWanted: async (): Promise<boolean> => true,
      offer: async (serverUrl: string): Promise<void> => void offered.push(serverUrl),
    },
  };
  const ports: HelperPorts = {
    ...warm,
    settings: readSettings,
    secrets: keychain,
    logins: createLogins(keychain),
    apiTokens,
    tokenSource: createTokenSource(apiTokens, {
      async findInDoctl(context) {
        const text = doctl[context ?? "default"];
        return text === undefined ? undefined : doctlToken(text);
      },
      doctlMark: async () => sha256(JSON.stringify(doctl)),
    }),
    minted() {
      const places = choosePlaces(readSettings().cache, placeOfFiles, keychain);
      return {
        kept: places.kept && open(places.kept),
        marks: open(places.marks),
        givenOut: open(places.givenOut),
      };
    },
    everywhere: () => [...(placeOfFiles ? [files] : []), keychain].map(open),
    api: async () => api,
    accountApi: async () => api,
    revoker: async () => api,
    turns: {
      async take(name) {
        turns.log.push(`take ${name}`);
        await turns.meanwhile(name);
        if (turns.isUnavailable) return undefined;
        return {
          failure: turns.failure,
          shareFailure: async (failure) => void turns.shared.push(failure),
          end: () => void turns.log.push(`end ${name}`),
        };
      },
    },
    background: {
      renew: (_name, serverUrl) => void background.push(`renew ${serverUrl}`),
      sweep: () => void background.push("sweep"),
    },
    clock,
    monotonicMs: () => clock.read().uptime ?? 0,
    notices: { warn: (text) => void remarks.push(text) },
    trace: traced.trace,
    sha256,
  };
  const doctlToken = (text: string): ApiToken => ({
    secret: new Secret(text),
    origin: { kind: "doctl", account: "", fingerprint: sha256(JSON.stringify(doctl)) },
    source: "doctl's config",
  });
  const helper = createHelper(ports);
  return {
    helper,
    ports,
    keychain,
    files,
    api,
    clock,
    remarks,
    background,
    offered,
    turns,
    traced,
    settings,
    doctl,
  };
}

function environmentToken(text: string): ApiToken {
  return { secret: new Secret(text), origin: { kind: "environment" }, source: "DIGITALOCEAN_ACCESS_TOKEN" };
}

/** The answer to a `get`, opened. */
export async function answerOf(
  bench: Bench,
  serverUrl = "registry.digitalocean.com",
): Promise<readonly [username: string, secret: string]> {
  const { username, secret } = await bench.helper.get(serverUrl);
  return [username.reveal(), secret.reveal()];
}
