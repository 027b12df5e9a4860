/** The parsers of configuration: docr's own, doctl's, docker's, podman's, the kubelet's. */
import { decodeAuth, parseAuthEntry } from "../../../src/client-config/auth-entry.ts";
import { parseClientFile } from "../../../src/client-config/client-file.ts";
import { readVariable } from "../../../src/client-config/docker.ts";
import { editJson, findInJson } from "../../../src/client-config/edit/json.ts";
import { maskJson, ownText, unifiedDiff } from "../../../src/client-config/edit/masked-diff.ts";
import { parseAnswer } from "../../../src/client-config/helper-client.ts";
import { parseCredentialHelpers } from "../../../src/client-config/registries-conf.ts";
import { parseBaseUrl } from "../../../src/config/base-url.ts";
import { parseConfigFile } from "../../../src/config/config-file.ts";
import { readGeneralSettings } from "../../../src/config/general.ts";
import { readRegistrySettings } from "../../../src/config/registry.ts";
import { isHelperError } from "../../../src/core/errors.ts";
import { parseJson } from "../../../src/core/json.ts";
import { parseProxy } from "../../../src/http/proxy.ts";
import { decodeResponse } from "../../../src/kubelet/decode-response.ts";
import { formatGoDuration, parseGoDuration } from "../../../src/kubelet/go-duration.ts";
import { matchesImage } from "../../../src/kubelet/image-match.ts";
import { checkPattern } from "../../../src/kubelet/pattern-problems.ts";
import { parseProviderConfig } from "../../../src/kubelet/provider-config.ts";
import { CANARY, parser, type Target } from "./target.ts";

const AUTH = Buffer.from(`sammy:${CANARY}`).toString("base64");
const DOCKER = `{
\t"auths": {
\t\t"ghcr.io": { "auth": "${AUTH}" },
\t\t"quay.io": {}
\t},
\t"credHelpers": { "registry.digitalocean.com": "docr" },
\t"credsStore": "secretservice",
\t"unknown": [1, 2.50, "/${CANARY}/"]
}
`;
const CONFIG = '{"context":"work","contexts":{"acme":"home"},"fallback":"osxkeychain","store":"file"}';
const KUBELET = "credentialprovider.kubelet.k8s.io/v1";

export const CONFIGURATION_TARGETS: readonly Target[] = [
  parser("parseConfigFile", [CONFIG, "{}", '{\n"store": "pass"}'], (text) =>
    parseConfigFile(text, "/config.json"),
  ),
  parser("settings", ["file", "https://api.test/v2", "3600", "acme", `dop_v1_${"a1".repeat(32)}`], (text) => {
    const names = ["DOCR_STORE", "DOCR_FALLBACK", "DOCR_LOG"];
    readGeneralSettings(Object.fromEntries(names.map((name) => [name, text])), {});
  }),
  parser("registry settings", ["acme", "3600", "work", "https://api.test", "read-only"], (text) => {
    const names = [
      "DOCR_TTL",
      "DOCR_ACCESS",
      "DOCR_REGISTRY",
      "DIGITALOCEAN_CONTEXT",
      "DIGITALOCEAN_API_URL",
    ];
    for (const name of names)
      orCoded(() => readRegistrySettings({ env: { [name]: text }, platform: "linux", uid: 0 }, {}));
  }),
  parser("parseBaseUrl", ["https://api.test/v2", "http://127.0.0.1:80/a?b"], (text) =>
    parseBaseUrl("URL", text),
  ),
  parser("parseProxy", ["http://me:pw@proxy.test:3128", "proxy.test", "socks5://x"], parseProxy),
  parser("parseClientFile", [DOCKER, "{}", '{"AUTHS":null}'], (text) => parseClientFile(text, "config.json")),
  parser("readVariable", [DOCKER, '{"auths":{"a.test":{"identitytoken":"x"}}}'], readVariable),
  parser("parseAuthEntry", [`{"auth":"${AUTH}"}`, '{"username":"a","password":"b"}'], (text) =>
    parseAuthEntry(parseJson(text)?.value),
  ),
  parser("decodeAuth", [AUTH, `${AUTH}\n`, "!!"], decodeAuth),
  {
    name: "editJson",
    examples: [
      DOCKER,
      "{}",
      "\uFEFF{ }",
      '{"credsStore":"x","CREDSSTORE":1}',
      '{"credHelpers":null}',
      "{}\r\n",
    ],
    check(text) {
      const path = ["credHelpers", "registry.digitalocean.com"];
      const edited = editJson(text, [{ path, value: "docr" }], "config.json");
      if (findInJson(edited, path, "config.json") !== "docr") return `does not contain the change: ${edited}`;
      if (editJson(edited, [{ path, value: "docr" }], "config.json") !== edited)
        return "changes a second time";
      const removed = editJson(edited, [{ path, value: undefined }], "config.json");
      return findInJson(removed, path, "config.json") === undefined
        ? undefined
        : "still contains what was removed";
    },
  },
  {
    name: "maskJson",
    examples: [DOCKER],
    check(text) {
      const diff = unifiedDiff(maskJson(text), ownText(""), "config.json");
      return diff.includes(CANARY) ? "shows a secret" : undefined;
    },
  },
  parser("parseAnswer", [`{"Username":"u","Secret":"${CANARY}"}`, "null"], parseAnswer),
  parser("parseCredentialHelpers", ['credential-helpers = ["docr"]\n', "[[registry]]\n"], (text) =>
    parseCredentialHelpers(text, "registries.conf"),
  ),
  parser(
    "decodeResponse",
    [
      `{"kind":"CredentialProviderResponse","apiVersion":"${KUBELET}","cacheKeyType":"Image","auth":{"a.test":{"username":"u","password":"${CANARY}"}}}`,
    ],
    (text) => decodeResponse(text, KUBELET),
  ),
  parser(
    "parseProviderConfig",
    ["kind: CredentialProviderConfig\nproviders:\n- name: docr\n  matchImages: ['*.test']\n"],
    parseProviderConfig,
  ),
  parser("checkPattern", ["*.registry.test:5000/path"], checkPattern),
  parser("matchesImage", ["*.a.test/b", "a.test:5000"], (text) => matchesImage(text, "x.a.test/b/c")),
  {
    name: "parseGoDuration",
    examples: ["1h30m", "0s", "1.5ms", "-2us"],
    check(text) {
      const ms = parseGoDuration(text);
      if (ms === undefined || ms < 0 || ms % 1000 !== 0) return undefined;
      return parseGoDuration(formatGoDuration(ms)) === ms
        ? undefined
        : `is ${ms} ms, and not after formatting`;
    },
  },
];

/** Runs the work. An error with a code is a correct result. */
function orCoded(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!isHelperError(error)) throw error;
  }
}
