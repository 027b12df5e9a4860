import { createHash } from "node:crypto";
import { type Credentials, composeCredentials } from "../../../src/app/compose-credentials.ts";
import { type CommandDomain, createCommandDomain } from "../../../src/app/command-domain.ts";
import type { ApiToken } from "../../../src/core/api-token.ts";
import type { HelperError } from "../../../src/core/errors.ts";
import { limited } from "../../../src/core/lifetime.ts";
import type { SecretStore } from "../../../src/core/secret-store.ts";
import { Secret } from "../../../src/core/secret.ts";
import type { Helper } from "../../../src/credentials/helper.ts";
import { openPlace, openPlacement, placeCredentials } from "../../../src/credentials/inventory/placement.ts";
import type { StoredCredential } from "../../../src/credentials/minting/cache-key.ts";
import { createRefusals } from "../../../src/credentials/minting/refusals.ts";
import type { RegistrySettings } from "../../../src/credentials/minting/settings.ts";
import { eitherStore } from "../../../src/stores/either-store.ts";
import { createFixedClock, type FixedClock } from "./fixed-clock.ts";
import { createMemoryStore, type MemoryStore } from "./memory-store.ts";
import { createRecordedApi, type RecordedApi, REVOKE_AT } from "./recorded-api.ts";
import { recordTrace, type RecordedTrace } from "./recorded-trace.ts";

/** The format of an API token, made of one letter a to f or one digit, so that tests can tell tokens apart. */
export const tokenOf = (digit: string): string => `dop_v1_${digit.repeat(64)}`;

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

export interface CredentialsBenchOptions {
  /** The API token in the environment. */
  readonly apiToken?: string;
  readonly settings?: Partial<RegistrySettings>;
  /** Set where settings cannot be read. */
  readonly badSettings?: HelperError;
  /** False where there are no private files of the session. */
  readonly hasFiles?: boolean;
  /** False where docr cannot record what it mints. */
  readonly canRecord?: boolean;
  /** The tokens in doctl's configuration, by context. */
  readonly doctl?: Record<string, string>;
  /** The store as messages call it. */
  readonly storeName?: string;
  readonly secretOf?: (count: number) => string;
}

/** The domain on fakes alone, and what a test may read or change. */
export interface CredentialsBench {
  readonly helper: Helper;
  readonly credentials: Credentials;
  /** What commands use of the domain. */
  readonly domain: CommandDomain;
  /** What a background process does for the server URL. */
  readonly refresh: (serverUrl: string) => Promise<void>;
  readonly keychain: MemoryStore;
  /** The private files of this session. */
  readonly files: MemoryStore;
  /** The private files of `docr kubelet`. */
  readonly node: MemoryStore;
  readonly api: RecordedApi;
  readonly clock: FixedClock;
  readonly warnings: readonly string[];
  /** Tasks that were left to a background process. */
  readonly background: readonly string[];
  /** The registries of the credentials whose response was published. */
  readonly published: readonly string[];
  /** How often the launcher was told about other registries. */
  readonly launcherNotes: () => number;
  /** The names under which background refreshes were started. */
  readonly refreshed: ReadonlySet<string>;
  readonly locks: FakeLocks;
  readonly traced: RecordedTrace;
  /** Changes what later calls read; stores stay as they are. */
  readonly settings: { -readonly [Name in keyof RegistrySettings]: RegistrySettings[Name] };
  readonly doctl: Record<string, string>;
}

/** Locks that are free at once. */
export interface FakeLocks {
  /** Runs while the process waits for a lock. */
  meanwhile: (name: string) => Promise<unknown>;
  /** What the process that held the lock shared. */
  failure: HelperError | undefined;
  /** Every lock times out. */
  isUnavailable: boolean;
  /** This process stood still, and another one has taken its locks. */
  isTaken: boolean;
  /** This process takes its locks from one that stands still. */
  wasTaken: boolean;
  /** Another process held each lock before, so that this one learns what that process shared. */
  isContended: boolean;
  /** What processes have shared, by name. */
  readonly shared: Map<string, HelperError>;
  /** The locks that are held now. */
  readonly held: ReadonlySet<string>;
}

export const DEFAULT_SETTINGS: RegistrySettings = {
  apiUrl: "https://api.example",
  oauthUrl: "https://cloud.example",
  apiToken: undefined,
  registry: undefined,
  context: undefined,
  contexts: {},
  storeId: "keychain",
  access: "auto",
  lifetime: limited(3_600_000),
  cache: undefined,
};

export function createCredentialsBench(options: CredentialsBenchOptions = {}): CredentialsBench {
  const clock = createFixedClock();
  const keychain = createMemoryStore();
  const files = createMemoryStore();
  const node = createMemoryStore();
  const api = createRecordedApi({ clock, ...(options.secretOf ? { secretOf: options.secretOf } : {}) });
  const warnings: string[] = [];
  const background: string[] = [];
  const published: string[] = [];
  const refreshed = new Set<string>();
  const publish = async ({ credential }: StoredCredential): Promise<void> =>
    void published.push(credential.registry ?? "");
  const traced = recordTrace();
  const held = new Set<string>();
  const locks: FakeLocks = {
    meanwhile: async () => undefined,
    failure: undefined,
    isUnavailable: false,
    isTaken: false,
    wasTaken: false,
    isContended: false,
    shared: new Map(),
    held,
  };
  const settings: CredentialsBench["settings"] = {
    ...DEFAULT_SETTINGS,
    apiToken: options.apiToken === undefined ? undefined : environmentToken(options.apiToken),
    ...options.settings,
  };
  const readSettings = (): RegistrySettings => {
    if (options.badSettings) throw options.badSettings;
    return settings;
  };
  const doctl = options.doctl ?? {};
  const fingerprint = (): string => sha256(JSON.stringify(doctl));
  const sessionFiles = (options.hasFiles ?? true) ? { store: files, endsWithSession: true } : undefined;
  const open = (store: SecretStore) => openPlace(store, clock, sha256);
  const placement = { files: sessionFiles, keychain, either: eitherStore };
  let launcherNotes = 0;
  const credentials = composeCredentials({
    settings: readSettings,
    environmentToken: () => readSettings().apiToken,
    oauthUrl: () => REVOKE_AT,
    checkLogin: (login) => api.checkLogin(login),
    logoutScope: () =>
      settings.apiToken ? { kind: "token", token: settings.apiToken } : { kind: "everything" },
    store: keychain,
    storeName: () => options.storeName ?? "the keychain",
    current: () => openPlacement(placeCredentials(readSettings().cache, placement), clock, sha256),
    allPlaces: () => [...(sessionFiles ? [files] : []), keychain, node].map(open),
    nodePlace: () => open(node),
    openApi: async () => api,
    openRevoker: async () => api,
    canRecord: async () => options.canRecord ?? true,
    noteOtherRegistries: async () => void (launcherNotes += 1),
    doctl: {
      fingerprint,
      async find(context) {
        const text = doctl[context ?? "default"];
        return text === undefined ? undefined : doctlToken(text, fingerprint());
      },
    },
    locks: {
      async acquire(name) {
        await locks.meanwhile(name);
        if (locks.isUnavailable) return undefined;
        held.add(name);
        const waitedSince = locks.failure || locks.isContended ? 0 : undefined;
        return {
          waitedSince,
          wasTaken: locks.wasTaken,
          isHeld: () => !locks.isTaken,
          [Symbol.dispose]: () => void held.delete(name),
        };
      },
    },
    failures: {
      async rethrow(name) {
        const failure = locks.failure ?? locks.shared.get(name);
        if (failure) throw failure;
      },
      share: async (name, failure) => void locks.shared.set(name, failure),
    },
    refusals: createRefusals({
      files: () => files,
      allFiles: () => [files],
      doctl: { fingerprint },
      clock,
      random: () => 0,
    }),
    responses: { publish, publishSaved: publish },
    background: {
      refresh(name, serverUrl) {
        refreshed.add(name);
        background.push(`refresh ${serverUrl}`);
      },
      revokeSuperseded: () => void background.push("revoke-superseded"),
      revoke: async (handedOver) =>
        void background.push(...handedOver.map(({ secret }) => `revoke ${secret.reveal()}`)),
    },
    clock,
    monotonicMs: () => clock.read().uptime ?? 0,
    reporter: { warn: (text) => void warnings.push(text), trace: traced.trace },
    sha256,
  });
  return {
    helper: credentials.helper,
    credentials,
    domain: createCommandDomain(credentials),
    refresh: (serverUrl) => credentials.registry.refresh({ serverUrl, registry: undefined }),
    keychain,
    files,
    node,
    api,
    clock,
    warnings,
    background,
    published,
    launcherNotes: () => launcherNotes,
    refreshed,
    locks,
    traced,
    settings,
    doctl,
  };
}

function environmentToken(text: string): ApiToken {
  return {
    secret: new Secret(text),
    origin: { kind: "environment" },
    source: "DIGITALOCEAN_ACCESS_TOKEN",
  };
}

function doctlToken(text: string, fingerprint: string): ApiToken {
  return {
    secret: new Secret(text),
    origin: { kind: "doctl", account: "", fingerprint },
    source: "doctl's config",
  };
}

/** What `get` answers, as text. */
export async function answerOf(
  bench: CredentialsBench,
  serverUrl = "registry.digitalocean.com",
): Promise<readonly [username: string, secret: string]> {
  const { username, secret } = await bench.helper.get(serverUrl);
  return [username.reveal(), secret.reveal()];
}
