import * as fc from "fast-check";

/** In the format of an API token. The stand-in does not know it. */
export const INVENTED_TOKEN = `dop_v1_${"c4".repeat(32)}`;

const VALUES: Readonly<Record<string, readonly (string | null)[]>> = {
  DIGITALOCEAN_ACCESS_TOKEN: ["TOKEN", "TOKEN", "", "TOKEN\n", "hunter2", INVENTED_TOKEN],
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
/** Variables that are set, or removed if null. */
export const anyEnvironment = fc
  .array(setting, { maxLength: 3 })
  .map((pairs): Readonly<Record<string, string | null>> => Object.fromEntries(pairs));
