/** The decoders of what docr has stored, and of what other programs can put in its place. */
import { requireApiToken } from "../../../src/core/api-token.ts";
import { Secret } from "../../../src/core/secret.ts";
import {
  decodeCacheRecord,
  decodeInventoryEntry,
  decodeLogin,
  decodeLoginCheck,
  decodeMoment,
  decodeRefusal,
  decodeRegistryName,
  decodeRevocables,
  encodeCacheRecord,
  encodeInventoryEntry,
  encodeLogin,
  encodeLoginCheck,
  encodeMoment,
  encodeRefusal,
  encodeRegistryName,
  encodeRevocables,
} from "../../../src/credentials/codec.ts";
import { CANARY, codec, type Target } from "./target.ts";

const MOMENT = '{"now":1800000000000,"uptime":1000}';
const TOKEN = `dop_v1_${"a1".repeat(32)}`;
const CACHED = `{"minted":${MOMENT},"lifeMs":3600000,"access":"read-only","from":"doctl","registry":"acme","account":"work","sourceMark":"x","revokeAt":"https://a.test","username":"u","secret":"${CANARY}","replaced":${MOMENT}}`;

/** A codec of secrets. */
function stored<T>(
  name: string,
  examples: readonly string[],
  decode: (text: Secret) => T | undefined,
  encode: (value: T) => Secret,
): Target {
  return codec(
    name,
    examples,
    (text) => decode(new Secret(text)),
    (value) => encode(value).reveal(),
  );
}

export const RECORD_TARGETS: readonly Target[] = [
  stored(
    "decodeLogin",
    [`{"serverUrl":"ghcr.io","username":"u","secret":"${CANARY}","storedAt":1,"revokeAt":"https://a.test"}`],
    decodeLogin,
    encodeLogin,
  ),
  stored(
    "decodeCacheRecord",
    [CACHED, CACHED.replace("doctl", "environment"), CACHED.replace("doctl", "keychain")],
    decodeCacheRecord,
    encodeCacheRecord,
  ),
  stored(
    "decodeRevocables",
    [
      `{"secret":"${CANARY}","revokeAt":"https://a.test","minted":${MOMENT},"lifeMs":null,"mayBeApiToken":true}\n\n{}`,
    ],
    decodeRevocables,
    encodeRevocables,
  ),
  stored(
    "decodeInventoryEntry",
    [
      `{"minted":${MOMENT},"lifeMs":1,"access":"read-write","from":"keychain","registry":"acme","revoked":true}`,
    ],
    decodeInventoryEntry,
    encodeInventoryEntry,
  ),
  stored(
    "decodeLoginCheck",
    [`{"at":${MOMENT},"verdict":"accepted","expiresAt":5}`],
    decodeLoginCheck,
    encodeLoginCheck,
  ),
  stored(
    "decodeRegistryName",
    [`{"at":${MOMENT},"registry":"acme","name":"acme"}`],
    decodeRegistryName,
    encodeRegistryName,
  ),
  stored(
    "decodeRefusal",
    [`{"at":${MOMENT},"code":"api-unauthorized","message":"m"}`],
    decodeRefusal,
    encodeRefusal,
  ),
  stored("decodeMoment", [MOMENT], decodeMoment, encodeMoment),
  {
    name: "requireApiToken",
    examples: [TOKEN, ` ${TOKEN}\r\n`, "a1".repeat(32), `${TOKEN}\n${TOKEN}`, CANARY],
    check(text) {
      const { secret } = requireApiToken(new Secret(text), { kind: "keychain", account: "" }, "the keychain");
      const isPlain = secret.matches(/^[a-z0-9_]{64,80}$/);
      return isPlain ? undefined : "is an API token that does not fit into a header";
    },
  },
];
