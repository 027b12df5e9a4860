/** The parsers of what clients send. */
import { parseAddress, plainHostOf } from "../../../src/core/address.ts";
import { parseImage } from "../../../src/core/image.ts";
import { parseTarget } from "../../../src/commands/images/target.ts";
import { readInvocation } from "../../../src/app/invocation.ts";
import { parseAction } from "../../../src/protocol/actions.ts";
import { encodeGoJson } from "../../../src/protocol/go-json.ts";
import { parseServerUrl, parseStoreRequest } from "../../../src/protocol/requests.ts";
import { decodeAscii } from "../../../src/response-cache/shared/ascii.ts";
import { registryIn } from "../../../src/response-cache/shared/address.ts";
import {
  isCertainlyOtherHost,
  isHelperName,
} from "../../../src/response-cache/shared/other-registry-note.ts";
import { encodeCachedResponse, openCachedResponse } from "../../../src/response-cache/shared/format.ts";
import { loginNames } from "../../../src/launcher/login-names.ts";
import { responseFromRecord } from "../../../src/launcher/login-record.ts";
import { encodeRequest, parseRequest } from "../../../src/kubelet/request.ts";
import { bytesOf, CANARY, codec, parser, type Target } from "./target.ts";

const ADDRESSES = [
  "registry.digitalocean.com",
  "https://registry.digitalocean.com:443/acme/app/",
  "HTTP://Registry.DigitalOcean.com/v2/",
  "ghcr.io",
  "https://index.docker.io/v1/",
  "https://index.docker.io/v1/access-token",
  "localhost:5000/user/image",
  "me:pw@registry.digitalocean.com",
  "registry.digitalocean.com.example.org",
  "[::1]:5000",
  "münchen.example",
];

const LOGIN = `{"ServerURL":"ghcr.io","Username":"sammy","Secret":"${CANARY}"}`;
const RECORD = `{"serverUrl":"ghcr.io","username":"sammy","secret":"${CANARY}","storedAt":1800000000000}`;
const TIMES = { notBefore: 1, until: 9, uptimeFrom: 1, uptimeUntil: 9 };

export const REQUEST_TARGETS: readonly Target[] = [
  {
    name: "parseAddress",
    examples: ADDRESSES,
    check(text) {
      const address = parseAddress(text);
      const registry = registryIn(text);
      const isOwn = address.kind === "digitalocean";
      if (registry !== undefined && (!isOwn || (address.registry ?? "") !== registry))
        return `is ${registry} for the launcher only`;
      if (isCertainlyOtherHost(text) && isOwn) return "is another host for the launcher only";
      if (isOwn) return undefined;
      plainHostOf(address.key);
      return undefined;
    },
  },
  {
    name: "loginNames",
    examples: ADDRESSES,
    check(text) {
      const names = isCertainlyOtherHost(text) ? loginNames(text) : [];
      if (names.length === 0) return undefined;
      const address = parseAddress(text);
      const isSame = address.kind === "other" && names[0] === `login:${address.key}`;
      return isSame ? undefined : `has the name ${names[0]} for the launcher only`;
    },
  },
  parser("parseServerUrl", [...ADDRESSES, "ghcr.io\r\n", " \u0000 "], (text) =>
    parseServerUrl(bytesOf(text)),
  ),
  {
    name: "parseStoreRequest",
    examples: [
      LOGIN,
      LOGIN.replace("ServerURL", "serverurl"),
      `${LOGIN}\n`,
      '{"ServerURL":null}',
      "[]",
      "{}",
    ],
    check(text) {
      const { serverUrl, username, secret } = parseStoreRequest(bytesOf(text));
      const encoded = encodeGoJson([
        ["ServerURL", serverUrl],
        ["Username", username],
        ["Secret", secret.reveal()],
      ]);
      const again = parseStoreRequest(Buffer.from(encoded));
      const isSame =
        again.serverUrl === serverUrl && again.username === username && again.secret.equals(secret);
      return isSame ? undefined : "is another login after encoding";
    },
  },
  {
    name: "responseFromRecord",
    examples: [RECORD, RECORD.replace("sammy", "a\\n"), RECORD.replace(CANARY, '\\"<&>\\u2028')],
    check(text) {
      const response = responseFromRecord("ghcr.io", bytesOf(text));
      if (response === undefined) return undefined;
      const record: Readonly<Record<string, unknown>> = JSON.parse(bytesOf(text).toString());
      const expected = encodeGoJson([
        ["ServerURL", "ghcr.io"],
        ["Username", String(record["username"])],
        ["Secret", String(record["secret"])],
      ]);
      return response === `${expected}\n`
        ? undefined
        : `is ${response} for the launcher and ${expected} for docr`;
    },
  },
  {
    name: "openCachedResponse",
    examples: [encodeCachedResponse(TIMES, `{"Username":"a","Secret":"${CANARY}"}\n`), "docr 1 2 3 4\n{}\n"],
    check(text) {
      const response = openCachedResponse(text, "registry.digitalocean.com", 5, 5);
      const isOneLine =
        response === undefined || /^\{"ServerURL":"registry\.digitalocean\.com",.*"\}\n$/s.test(response);
      return isOneLine ? undefined : `is the odd response ${response}`;
    },
  },
  parser("isHelperName", ["osxkeychain", "ecr-login", "a/b"], isHelperName),
  parser("decodeAscii", ["plain", "é"], (text) => decodeAscii(bytesOf(text), text.length)),
  parser("parseAction", ["get", "store", "--version", "registry list"], (text) =>
    parseAction(text.split(" "), true),
  ),
  parser("readInvocation", ["--as-helper get", "--no-color status"], (text) =>
    readInvocation(text.split(" "), ["/usr/bin/docr", "/usr/bin/docr"]),
  ),
  parser("parseImage", ["ghcr.io/acme/app:1.0", "alpine", `a/b@sha256:${"0".repeat(64)}`], parseImage),
  parser("parseTarget", ["ghcr.io", "https://quay.io/a/b", "localhost:5000"], parseTarget),
  codec(
    "kubelet request",
    [
      '{"apiVersion":"credentialprovider.kubelet.k8s.io/v1","kind":"CredentialProviderRequest","image":"a/b"}',
    ],
    (text) => parseRequest(Buffer.from(text)),
    encodeRequest,
  ),
];
