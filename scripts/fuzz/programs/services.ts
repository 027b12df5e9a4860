/** What DigitalOcean's API and the keychain do. */
import * as fc from "fast-check";
import type { FaultKind } from "../../../test/support/fakes/digitalocean-faults.ts";
import { textLike } from "../parsers/texts.ts";
import type { Keychain } from "./scenario.ts";

const HOST = "registry.digitalocean.com";
const MINT = "/v2/registries/acme/docker-credentials";
export const anyFault = fc.record({
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
  name: fc.oneof(
    // Names that requests ask for.
    fc.constantFrom("login:ghcr.io", "login:quay.io/v2", "login:index.docker.io/v1", "login:docker.io"),
    fc.constantFrom(`login:${HOST}`, "api-token:default", "api-token:work", "check", "index", "login:"),
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
export const anyKeychain: fc.Arbitrary<Keychain> = fc.record({
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
