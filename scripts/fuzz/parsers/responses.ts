/** The parsers of what DigitalOcean's API, container registries and other servers answer. */
import {
  parseAccount,
  parseDockerCredentials,
  parseRegistries,
  parseTokenDescription,
  printableText,
} from "../../../src/digitalocean/responses.ts";
import { rateLimitEndsInMs } from "../../../src/http/retry.ts";
import { parseChallenges } from "../../../src/oci/challenges.ts";
import { checkedDigest } from "../../../src/oci/digests.ts";
import { parseManifest, platformsOfConfig } from "../../../src/oci/manifests.ts";
import { nextPage, parseTags } from "../../../src/oci/tags.ts";
import { bytesOf, CANARY, parser, type Target } from "./target.ts";

const HOST = "registry.test";
const AUTH = Buffer.from(`${CANARY}:${CANARY}`).toString("base64");
const PAGE = new URL("https://registry.test/v2/a/tags/list");
const DIGEST = `sha256:${"0".repeat(64)}`;

export const RESPONSE_TARGETS: readonly Target[] = [
  parser(
    "parseDockerCredentials",
    [`{"auths":{"registry.digitalocean.com":{"auth":"${AUTH}"}}}`],
    parseDockerCredentials,
  ),
  parser(
    "parseTokenDescription",
    ['{"scope":"registry:read registry:update","expires_in_seconds":5}'],
    parseTokenDescription,
  ),
  parser("parseAccount", ['{"account":{"email":"a@b.test","status":"active"}}'], parseAccount),
  parser(
    "parseRegistries",
    ['{"registries":[{"name":"acme","region":"fra1"}]}', '{"registry":{"name":"a"}}'],
    parseRegistries,
  ),
  {
    name: "printableText",
    examples: ["Your account is locked", "a\u001b[2Jb", "x".repeat(500)],
    check: (text) =>
      /[\u0000-\u001f\u007f]/.test(printableText(text) ?? "") ? "has a control character" : undefined,
  },
  parser("rateLimitEndsInMs", ["1800000000", "-1", "1e9", "Wed, 21 Oct 2026 07:28:00 GMT"], (text) =>
    rateLimitEndsInMs({ headers: { "retry-after": text, "ratelimit-reset": text } }),
  ),
  parser(
    "parseChallenges",
    [
      'Bearer realm="https://auth.test/token",service="registry",scope="repository:a/b:pull"',
      "Basic realm=x, Bearer",
    ],
    parseChallenges,
  ),
  parser(
    "parseManifest",
    [`{"schemaVersion":2,"config":{"digest":"${DIGEST}","size":1},"layers":[]}`, '{"manifests":[]}'],
    (text) => parseManifest(bytesOf(text), "application/vnd.oci.image.manifest.v1+json", HOST),
  ),
  parser("platformsOfConfig", ['{"architecture":"amd64","os":"linux"}'], (text) =>
    platformsOfConfig(bytesOf(text), HOST),
  ),
  parser("parseTags", ['{"name":"a","tags":["1.0"]}', '{"tags":null}'], (text) => parseTags(text, HOST)),
  parser("nextPage", ['</v2/a/tags/list?last=b>; rel="next"', "<https://other.test/>; rel=next"], (text) =>
    nextPage(text, PAGE, HOST),
  ),
  parser("checkedDigest", [DIGEST, "sha512:0"], (text) => checkedDigest(Buffer.from("body"), [text], HOST)),
];
