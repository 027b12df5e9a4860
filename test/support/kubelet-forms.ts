/** Forms of a provider's response, and the patterns of images, with what the kubelet does with each. */
import { API_VERSIONS } from "../../src/kubelet/request.ts";

const AUTH = '"auth":{"registry.digitalocean.com":{"username":"u","password":"p"}}';
const HEAD = `"kind":"CredentialProviderResponse","apiVersion":"${API_VERSIONS[0]}"`;
const REGISTRY = '"cacheKeyType":"Registry"';

/** A response with this duration. */
const lasting = (duration: string): string => `{${HEAD},${REGISTRY},"cacheDuration":${duration},${AUTH}}`;

export interface AcceptedForm {
  readonly title: string;
  readonly text: string;
  /** Milliseconds. Undefined: the default of the configuration. */
  readonly cacheMs: number | undefined;
}

/** Each has the user name `u` and the password `p` for DigitalOcean's registry. */
export const ACCEPTED_FORMS: readonly AcceptedForm[] = [
  { title: "a duration", text: lasting('"10m0s"'), cacheMs: 600_000 },
  { title: "a part of an hour", text: lasting('"1.5h"'), cacheMs: 5_400_000 },
  { title: "no time", text: lasting('"0s"'), cacheMs: 0 },
  { title: "no time without a unit", text: lasting('"0"'), cacheMs: 0 },
  { title: "a negative time", text: lasting('"-1m"'), cacheMs: -60_000 },
  { title: "null as duration", text: lasting("null"), cacheMs: undefined },
  { title: "no duration", text: `{${HEAD},${REGISTRY},${AUTH}}`, cacheMs: undefined },
  { title: "several lines", text: `{\n ${HEAD},\n ${REGISTRY},\n ${AUTH}\n}\n\n`, cacheMs: undefined },
  { title: "the key type Global", text: `{${HEAD},"cacheKeyType":"Global",${AUTH}}`, cacheMs: undefined },
];

/** Responses without a login. */
export const EMPTY_FORMS: readonly string[] = [
  `{${HEAD},"cacheKeyType":"Image","cacheDuration":"0s","auth":null}`,
  `{${HEAD},"cacheKeyType":"Image","cacheDuration":"0s","auth":{}}`,
  `{${HEAD},"cacheKeyType":"Image","cacheDuration":"0s"}`,
];

export interface RejectedForm {
  readonly title: string;
  readonly text: string;
  /** A part of docr's explanation. The kubelet gives none. */
  readonly problem: string;
}

export const REJECTED_FORMS: readonly RejectedForm[] = [
  { title: "a field more", text: `{${HEAD},${REGISTRY},"expiresAt":1,${AUTH}}`, problem: "does not know" },
  { title: "metadata", text: `{${HEAD},"metadata":{},${REGISTRY},${AUTH}}`, problem: "does not know" },
  { title: "another case", text: `{${HEAD},"cachekeytype":"Registry",${AUTH}}`, problem: "does not know" },
  {
    title: "a field more in a login",
    text: `{${HEAD},${REGISTRY},"auth":{"registry.digitalocean.com":{"username":"u","password":"p","email":"x"}}}`,
    problem: "an entry of auth has a field that the kubelet does not know",
  },
  { title: "a field twice", text: `{${HEAD},${REGISTRY},${REGISTRY},${AUTH}}`, problem: "has a field twice" },
  {
    title: "another version",
    text: lasting('"1m"').replace("/v1", "/v1beta1"),
    problem: "apiVersion is not",
  },
  {
    title: "no version",
    text: `{"kind":"CredentialProviderResponse",${REGISTRY},${AUTH}}`,
    problem: "apiVersion is not",
  },
  {
    title: "another kind",
    text: `{${HEAD},${REGISTRY},${AUTH}}`.replace("Response", "Request"),
    problem: "kind is not",
  },
  {
    title: "no kind",
    text: `{"apiVersion":"${API_VERSIONS[0]}",${REGISTRY},${AUTH}}`,
    problem: "kind is not",
  },
  { title: "a number as duration", text: lasting("600"), problem: "cacheDuration is not" },
  { title: "days", text: lasting('"1d"'), problem: "cacheDuration is not" },
  { title: "an ISO duration", text: lasting('"PT1H"'), problem: "cacheDuration is not" },
  { title: "an empty duration", text: lasting('""'), problem: "cacheDuration is not" },
  {
    title: "a key type in small letters",
    text: `{${HEAD},"cacheKeyType":"registry",${AUTH}}`,
    problem: "cacheKeyType",
  },
  { title: "no key type", text: `{${HEAD},${AUTH}}`, problem: "cacheKeyType is not" },
  { title: "a banner", text: `hello\n${lasting('"1m"')}`, problem: "not one JSON document" },
  { title: "text after it", text: `${lasting('"1m"')}bye`, problem: "not one JSON document" },
  { title: "two documents", text: `${lasting('"1m"')}\n{}`, problem: "not one JSON document" },
  { title: "a byte order mark", text: `\uFEFF${lasting('"1m"')}`, problem: "not one JSON document" },
  { title: "nothing", text: "", problem: "not one JSON document" },
  { title: "a comment", text: `/* */${lasting('"1m"')}`, problem: "not one JSON document" },
  { title: "YAML", text: "kind: CredentialProviderResponse\n", problem: "not one JSON document" },
  { title: "a list", text: "[]", problem: "the response is not an object" },
  {
    title: "a login that is no object",
    text: `{${HEAD},${REGISTRY},"auth":{"registry.digitalocean.com":"p"}}`,
    problem: "entry of auth is not an object",
  },
  {
    title: "a password that is no text",
    text: `{${HEAD},${REGISTRY},"auth":{"registry.digitalocean.com":{"username":"u","password":1}}}`,
    problem: "not a string",
  },
];

const IMAGE = "registry.digitalocean.com/acme/app";

export interface PatternCase {
  readonly pattern: string;
  readonly image: string;
  readonly matches: boolean;
}

const matching = (pattern: string, image = IMAGE): PatternCase => ({ pattern, image, matches: true });
const other = (pattern: string, image = IMAGE): PatternCase => ({ pattern, image, matches: false });

/** The first ones are upstream's (kubernetes/kubernetes, pkg/credentialprovider/keyring_test.go, TestUrlsMatch). */
export const PATTERN_CASES: readonly PatternCase[] = [
  matching("*.kubernetes.io", "prefix.kubernetes.io"),
  matching("prefix.*.io", "prefix.kubernetes.io"),
  matching("prefix.kubernetes.*", "prefix.kubernetes.io"),
  matching("*-good.kubernetes.io", "prefix-good.kubernetes.io"),
  matching("*.kubernetes.io/blah", "prefix.kubernetes.io/blah"),
  matching("prefix.*.io/foo", "prefix.kubernetes.io/foo/bar"),
  matching("*.kubernetes.io:1111/blah", "prefix.kubernetes.io:1111/blah"),
  matching("prefix.*.io:1111/foo", "prefix.kubernetes.io:1111/foo/bar"),
  other("*.kubernetes.io", "kubernetes.io"),
  other("*.*.kubernetes.io", "prefix.kubernetes.io"),
  other("*.*.kubernetes.io", "kubernetes.io"),
  other("kubernetes.io", "kubernetes.com"),
  other("k*.io", "quay.io"),
  other("*.kubernetes.io:1234/blah", "prefix.kubernetes.io:1111/blah"),
  other("prefix.*.io/foo", "prefix.kubernetes.io:1111/foo/bar"),
  matching("registry.digitalocean.com"),
  matching("registry.digitalocean.com/acme"),
  matching("registry.digitalocean.com/acme/"),
  matching("registry.digitalocean.com/acme", "registry.digitalocean.com/acme-evil/app"),
  other("registry.digitalocean.com/acme/", "registry.digitalocean.com/acme-evil/app"),
  matching("*.digitalocean.com"),
  matching("*.*.*"),
  matching("reg*.digitalocean.com"),
  matching("registry.digitalocean.com/acme?x"),
  matching("registry.digitalocean.com#x"),
  matching("user@registry.digitalocean.com"),
  other("registr?.digitalocean.com"),
  other("registry.digitalocean.com/*"),
  other("*.com"),
  other("*"),
  other("registry.digitalocean.com:443"),
  other("registry.digitalocean.com/ACME"),
  other("registry.digitalocean.com", "registry.digitalocean.com:443/acme/app"),
];

/** The kubelet does not start with one of these. */
export const INVALID_PATTERNS: readonly string[] = [
  "%invalid%",
  "a b.example",
  "registry.digital[a-o]cean.com",
  "host:port/x",
  "a^b.example",
  "a|b.example",
  "a\\b.example",
  "a%20b.example",
  "{a}.example",
  "a`b.example",
  "quay.io/%zz",
];

/** The kubelet starts, and the pattern matches nothing, or not what it seems to. */
export const DOUBTFUL_PATTERNS: readonly string[] = [
  "",
  "*",
  "*.*.*/*",
  "registry.digitalocean.com/*",
  "registry.digitalocean.com/ACME/",
  "https://registry.digitalocean.com",
  "registr?.digitalocean.com",
];
