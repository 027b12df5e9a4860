/** One request to the launcher with everything that it reads. */
import * as fc from "fast-check";
import { helperNote, KEYCHAIN_NOTE } from "../../../src/response-cache/shared/other-registry-note.ts";
import { textLike } from "../parsers/texts.ts";

export interface LauncherInput {
  readonly args: readonly string[];
  readonly stdin: string;
  /** Each character is a byte. Undefined: there is no such file. */
  readonly config: string | undefined;
  readonly response: string;
  readonly note: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
  /** The value of the item in the keychain. */
  readonly record: string;
  /** What to change in the bus's bytes: the number of the write, an offset, a byte. */
  readonly busChanges: readonly (readonly [write: number, offset: number, byte: number])[];
}

const HOST = "registry.digitalocean.com";
const RECORD = '{"serverUrl":"ghcr.io","username":"me","secret":"s3cr3t","storedAt":1800000000000}';
const NAMES = [
  "DOCR_CACHE",
  "DOCR_FALLBACK",
  "DOCR_LOG",
  "DOCR_STORE",
  "HOME",
  "XDG_RUNTIME_DIR",
  "PATH",
  "NODE_OPTIONS",
  "DBUS_SESSION_BUS_ADDRESS",
];

const args = fc.oneof(
  { weight: 7, arbitrary: fc.constant(["get"]) },
  { weight: 2, arbitrary: fc.constant(["erase"]) },
  { weight: 1, arbitrary: fc.array(textLike(["get", "erase", "list", "--as-helper"]), { maxLength: 3 }) },
);
const stdin = textLike([
  HOST,
  `https://${HOST}:443/acme/app`,
  "ghcr.io",
  "https://ghcr.io/",
  "https://index.docker.io/v1/",
  "quay.io\n",
]);
const config = fc.option(textLike(['{"fallback":"other"}\n', "{}"]), { nil: undefined });
const note = fc.option(textLike([helperNote("other"), KEYCHAIN_NOTE]), { nil: undefined });
const variables = fc.dictionary(fc.constantFrom(...NAMES), textLike(["debug", "none", "/x", ""]), {
  maxKeys: 1,
});
const busChanges = fc.array(fc.tuple(fc.nat({ max: 6 }), fc.nat({ max: 600 }), fc.nat({ max: 255 })), {
  maxLength: 4,
});

/** `response` is a valid file of the response cache. */
export function anyLauncherInput(response: string): fc.Arbitrary<LauncherInput> {
  return fc.record({
    args,
    stdin,
    config,
    response: textLike([response]),
    note,
    variables,
    record: textLike([RECORD]),
    busChanges,
  });
}

/** Replaces some fields of an input that took new branches. */
export function changed(input: LauncherInput, fresh: LauncherInput, choice: number): LauncherInput {
  const keys = ["args", "stdin", "config", "response", "note", "variables", "record", "busChanges"] as const;
  const kept = Object.fromEntries(
    keys.filter((_, bit) => ((choice >> bit) & 1) === 0).map((key) => [key, input[key]]),
  );
  return { ...fresh, ...kept };
}
