/** What surrounds one request: plain data, so that a scenario can be kept as JSON. */
import * as fc from "fast-check";
import type { FaultKind } from "../../../test/support/fakes/digitalocean-faults.ts";
import { textLike } from "../parsers/texts.ts";

export interface Scenario {
  readonly args: readonly string[];
  readonly stdin: string;
  /** Added to the world's environment. Null removes a variable. `SITE`, `TOKEN` and `API` stand for the world's own. */
  readonly env: Readonly<Record<string, string | null>>;
  readonly files: readonly PlacedFile[];
  /** Whether a `get` has filled the cache before. */
  readonly isCached: boolean;
  /** Changes to the private files after that. */
  readonly damage: readonly Damage[];
  readonly faults: readonly ApiFault[];
  readonly keychain: Keychain;
  /** How often the client sends the request again, to the launcher, as docker does. */
  readonly repeats: number;
}

/** What is at a path of the home. */
export interface PlacedFile {
  readonly path: string;
  readonly what: "text" | "pipe" | "folder" | "device" | "loop" | "large";
  readonly text: string;
  readonly mode: number;
}

export interface Damage {
  /** Which of the sorted files, counted around. */
  readonly file: number;
  readonly how: "cut" | "flip" | "remove" | "open" | "link" | "folder";
}

export interface ApiFault {
  readonly kind: FaultKind;
  readonly path: string;
  readonly status: number;
  readonly body: string;
  readonly times: number;
}

export interface Keychain {
  readonly state: "running" | "absent" | "no bus" | "silent" | "odd bytes";
  readonly items: readonly KeychainItem[];
  readonly habits: {
    readonly hasSession: boolean;
    readonly findsLocked: boolean;
    readonly changesByPrompt: boolean;
    readonly refusesPlain: boolean;
  };
  readonly second: "none" | "open" | "locked" | "silent" | "prompt";
}

export interface KeychainItem {
  readonly name: string;
  readonly value: string;
  readonly isInSecond: boolean;
}

const HOST = "registry.digitalocean.com";
const TOKEN = `dop_v1_${"c4".repeat(32)}`;
const ADDRESSES = [
  HOST,
  `https://${HOST}`,
  `HTTPS://${HOST}:443/acme/app/`,
  `${HOST}/acme`,
  "ghcr.io",
  "https://GHCR.io/",
  "https://index.docker.io/v1/",
  "docker.io",
  "missing.test",
  "https://quay.io/v2/",
  "https://index.docker.io/v1/access-token",
];
const PASSWORD = "canary-password-of-the-client";

const address = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...ADDRESSES) },
  { weight: 1, arbitrary: textLike(ADDRESSES) },
);
const login = (server: string, user: string, secret: string): string =>
  JSON.stringify({ ServerURL: server, Username: user, Secret: secret });
const storeInput = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...ADDRESSES),
        fc.constantFrom("sammy", "a\nb", "<&>", "ü"),
        fc.constantFrom(PASSWORD, TOKEN, "", `${PASSWORD}\n"`),
      )
      .map(([server, user, secret]) => login(server, user, secret)),
  },
  { weight: 1, arbitrary: textLike(ADDRESSES.map((server) => login(server, "sammy", PASSWORD))) },
);
const ending = fc.constantFrom("", "\n", "\r\n");
const request = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.tuple(
      fc.constant(["get"]),
      fc.tuple(address, ending).map(([text, end]) => text + end),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constant(["list"]), fc.constantFrom("", "unused", "x".repeat(70_000))),
  },
  { weight: 4, arbitrary: fc.tuple(fc.constant(["store"]), storeInput) },
  { weight: 3, arbitrary: fc.tuple(fc.constant(["erase"]), address) },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom(["version"], ["get", "get"], ["gte"], [], ["--", "get"], ["-v"]),
      address,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.array(fc.string({ unit: "grapheme", maxLength: 12 }), { maxLength: 3 }), address),
  },
);

const VALUES: Readonly<Record<string, readonly (string | null)[]>> = {
  DIGITALOCEAN_ACCESS_TOKEN: ["TOKEN", "TOKEN", "", "TOKEN\n", "hunter2", TOKEN],
  DIGITALOCEAN_TOKEN: ["TOKEN", "x"],
  DIGITALOCEAN_ACCESS_TOKEN_FILE: ["SITE/home/token", "/dev/zero", "SITE/home/missing"],
  DIGITALOCEAN_CONTEXT: ["work", "../x", ""],
  DIGITALOCEAN_API_URL: ["http://127.0.0.1:1", "ftp://x", "API/v2"],
  DIGITALOCEAN_CONFIG: ["SITE/home/doctl.yaml", "/dev/tty"],
  DOCR_STORE: ["auto", "keychain", "file", "pass", "vault"],
  DOCR_CACHE: ["runtime", "keychain", "none", "disk"],
  DOCR_ACCESS: ["auto", "read-only", "read-write", "admin"],
  DOCR_TTL: ["60", "3600", "0", "1e9", "-5"],
  DOCR_REGISTRY: ["acme", "other", "A B"],
  DOCR_FALLBACK: ["other", "missing", "a/b", "echo"],
  DOCR_LOG: ["debug", "SITE/home/log", "SITE/home", "/dev/null", "SITE/home/no/log"],
  DOCR_AGE_IDENTITY_FILE: ["SITE/home/identity", "/dev/zero"],
  HOME: [null, "", "relative", "SITE/gone", "/etc/passwd"],
  XDG_RUNTIME_DIR: [null, "", "relative", "SITE/gone"],
  XDG_CONFIG_HOME: ["SITE/home/.config", "relative", "SITE/gone"],
  XDG_DATA_HOME: ["SITE/home/data", "x"],
  PATH: ["", null, "/usr/bin:/bin", `/${"x".repeat(300)}:/usr/bin:/bin`],
  HTTPS_PROXY: ["http://127.0.0.1:1", "socks5://127.0.0.1:1", "x"],
  HTTP_PROXY: ["http://127.0.0.1:1", "ftp://x"],
  SSL_CERT_FILE: ["SITE/home/missing", "/dev/zero"],
  NODE_EXTRA_CA_CERTS: ["SITE/home/missing", "/dev/zero"],
  NODE_OPTIONS: ["--require=/nonexistent.js", "--inspect"],
  NODE_DEBUG: ["net,http,child_process", "fs"],
  NODE_V8_COVERAGE: ["SITE/home/coverage"],
  NODE_COMPILE_CACHE: ["SITE/home/compile"],
  NODE_CHANNEL_FD: ["3", "1"],
  NODE_UNIQUE_ID: ["1"],
  NODE_TLS_REJECT_UNAUTHORIZED: ["0"],
  OPENSSL_CONF: ["SITE/home/missing", "/dev/zero"],
  LANG: ["de_DE.UTF-8", "C", "xx"],
  TMPDIR: ["SITE/tmp", "SITE/gone", "relative"],
  NO_COLOR: ["1"],
};
const setting = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .constantFrom(...Object.keys(VALUES))
      .chain((name) => fc.tuple(fc.constant(name), fc.constantFrom(...(VALUES[name] ?? [""])))),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom(...Object.keys(VALUES)),
      fc.string({ unit: "grapheme", maxLength: 20 }),
    ),
  },
);
const env = fc
  .array(setting, { maxLength: 3 })
  .map((pairs): Readonly<Record<string, string | null>> => Object.fromEntries(pairs));

const CONFIG = [
  '{"context":"work"}',
  '{"fallback":"other"}',
  '{"store":"file"}',
  '{"contexts":{"acme":"work"}}',
  "{}",
  "",
];
const DOCTL = [
  `access-token: ${TOKEN}\n`,
  "access-token: TOKEN\ncontext: work\nauth-contexts:\n  work: TOKEN\n",
  "{",
];
const what = fc.oneof(
  { weight: 12, arbitrary: fc.constant("text" as const) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "pipe" as const,
      "folder" as const,
      "device" as const,
      "loop" as const,
      "large" as const,
    ),
  },
);
const mode = fc.constantFrom(0o600, 0o600, 0o644, 0o666, 0);
const file = fc.oneof(
  placed(".config/docr/config.json", CONFIG),
  placed(".config/docr/config.json", CONFIG),
  placed(".config/doctl/config.yaml", DOCTL),
  placed("token", ["TOKEN", "TOKEN\n", "x"]),
  placed("identity", ["AGE-SECRET-KEY-1", ""]),
  placed(".local/share/docr/vault.age", ["age-encryption.org/v1\n", ""]),
  placed(".password-store/.gpg-id", ["key"]),
  placed("log", ["{}\n"]),
);
function placed(path: string, texts: readonly string[]): fc.Arbitrary<PlacedFile> {
  const text = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...texts) },
    { weight: 1, arbitrary: textLike(texts) },
  );
  return fc.record({ path: fc.constant(path), what, text, mode });
}

const damage = fc.record({
  file: fc.nat({ max: 12 }),
  how: fc.constantFrom(
    "cut" as const,
    "flip" as const,
    "remove" as const,
    "open" as const,
    "link" as const,
    "folder" as const,
  ),
});

const MINT = "/v2/registries/acme/docker-credentials";
const fault = fc.record({
  kind: fc.oneof(
    {
      weight: 20,
      arbitrary: fc.constantFrom<FaultKind>(
        "answer",
        "malformed",
        "cut-off",
        "wrong-content",
        "no-auths",
        "redirect",
        "reset",
      ),
    },
    { weight: 1, arbitrary: fc.constantFrom<FaultKind>("huge", "hang") },
  ),
  path: fc.constantFrom(MINT, "/v2/registries", "/v2/*", "/v1/oauth/revoke", "/v2/registry"),
  status: fc.constantFrom(200, 201, 204, 301, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503),
  body: fc.oneof(
    fc.constantFrom("", "{}", "[]", '{"auths":{}}', '{"registries":[]}', '{"message":"a\\nb"}'),
    fc.json({ maxDepth: 2 }),
  ),
  times: fc.constantFrom(1, 1, 2, 99),
});

const RECORD = (server: string): string =>
  `{"serverUrl":"${server}","username":"sammy","secret":"canary-stored-${server}","storedAt":1800000000000}`;
const item = fc.record({
  name: fc.constantFrom(
    "login:ghcr.io",
    "login:quay.io/v2",
    "login:index.docker.io/v1",
    "login:docker.io",
    `login:${HOST}`,
    "api-token:default",
    "api-token:work",
    "check",
    "index",
    "login:",
  ),
  value: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(RECORD("ghcr.io"), RECORD("quay.io"), "TOKEN", "TOKEN\n") },
    { weight: 1, arbitrary: textLike([RECORD("ghcr.io"), "TOKEN", "", "searching 1"]) },
  ),
  isInSecond: fc.oneof(
    { weight: 4, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
});
const keychain: fc.Arbitrary<Keychain> = fc.record({
  state: fc.oneof(
    { weight: 16, arbitrary: fc.constant("running" as const) },
    { weight: 3, arbitrary: fc.constantFrom("absent" as const, "no bus" as const) },
    { weight: 1, arbitrary: fc.constantFrom("odd bytes" as const, "silent" as const) },
  ),
  items: fc.uniqueArray(item, { maxLength: 5, selector: ({ name, isInSecond }) => `${name} ${isInSecond}` }),
  habits: fc.record({
    hasSession: fc.boolean(),
    findsLocked: fc.boolean(),
    changesByPrompt: fc.oneof(
      { weight: 9, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
    refusesPlain: fc.oneof(
      { weight: 19, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
  }),
  second: fc.oneof(
    { weight: 8, arbitrary: fc.constant("none" as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom("open" as const, "locked" as const, "silent" as const, "prompt" as const),
    },
  ),
});

const surroundings = fc.record({
  env,
  files: fc.array(file, { maxLength: 2 }),
  isCached: fc.boolean(),
  damage: fc.array(damage, { maxLength: 1 }),
  faults: fc.array(fault, { maxLength: 2 }),
  keychain,
  repeats: fc.nat({ max: 3 }),
});

/** The scenario of this number. The same seed and number make the same scenario. */
export function scenarioAt(seed: number, index: number): Scenario {
  const [made] = fc.sample(fc.tuple(request, surroundings), { seed: seed * 1_000_003 + index, numRuns: 1 });
  if (made === undefined) throw new Error("fast-check made no scenario");
  const [[args, stdin], rest] = made;
  return { args, stdin, ...rest };
}

/** Whether the value has a scenario's fields. The corpus contains only what the fuzzer printed. */
export function isScenario(value: unknown): value is Scenario {
  const names = ["args", "stdin", "env", "files", "isCached", "damage", "faults", "keychain", "repeats"];
  return typeof value === "object" && value !== null && names.every((name) => Object.hasOwn(value, name));
}
