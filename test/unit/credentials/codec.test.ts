import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeInventoryEntry,
  decodeLogin,
  decodeCacheRecord,
  encodeInventoryEntry,
  encodeLogin,
  encodeCacheRecord,
} from "../../../src/credentials/codec.ts";
import type { MintedCredential } from "../../../src/core/credential.ts";
import { limited, type Moment, UNLIMITED } from "../../../src/core/lifetime.ts";
import { Secret } from "../../../src/core/secret.ts";
import { NOON } from "../../support/fakes/fixed-clock.ts";

const text = fc.string({ unit: "binary" }).map((one) => one.toWellFormed());

describe("a login's record", () => {
  it("can hold every login, and contains neither NUL nor lone surrogates", () => {
    fc.assert(
      fc.property(text, text, text, (serverUrl, username, secret) => {
        const record = encodeLogin({ serverUrl, username, secret: new Secret(secret) });
        const login = decodeLogin(record);
        expect([login?.serverUrl, login?.username, login?.secret.reveal()]).toEqual([
          serverUrl,
          username,
          secret,
        ]);
        expect(record.reveal()).not.toContain("\0");
        expect(record.reveal().isWellFormed()).toBe(true);
      }),
    );
  });

  it("has the time of the store, if the version of docr recorded it", () => {
    const login = { serverUrl: "ghcr.io", username: "sammy", secret: new Secret("x") };
    expect(decodeLogin(encodeLogin({ ...login, storedAt: NOON }))?.storedAt).toBe(NOON);
    const older = new Secret('{"serverUrl":"ghcr.io","username":"sammy","secret":"x"}');
    expect(decodeLogin(older)).toEqual(login);
    for (const storedAt of ['"noon"', "1e300"]) {
      const odd = `{"serverUrl":"ghcr.io","username":"sammy","secret":"x","storedAt":${storedAt}}`;
      expect(decodeLogin(new Secret(odd))).toEqual(login);
    }
  });
});

describe("a minted credential's record", () => {
  const credential: MintedCredential = {
    username: new Secret("user"),
    secret: new Secret("hunter2"),
    mintedAt: { now: NOON, uptime: 17 },
    lifetime: limited(3_600_000),
    access: "read-only",
    registry: "acme",
    origin: { kind: "doctl", account: "work in keychain", fingerprint: "mark" },
    revokeAt: "https://cloud.example",
  };

  const records: readonly [string, MintedCredential, Moment | undefined][] = [
    ["whole", credential, undefined],
    ["replaced", credential, { now: NOON, uptime: undefined }],
    ["from the keychain", { ...credential, origin: { kind: "keychain", account: "work" } }, undefined],
    [
      "without a registry",
      { ...credential, registry: undefined, origin: { kind: "environment" } },
      undefined,
    ],
    ["without uptime", { ...credential, mintedAt: { now: NOON, uptime: undefined } }, undefined],
  ];

  it.each(records)("can be read back %s", (_title, given, supersededAt) => {
    const record = decodeCacheRecord(encodeCacheRecord({ credential: given, supersededAt }));
    const opened = [record?.credential.username.reveal(), record?.credential.secret.reveal()];
    expect(opened).toEqual(["user", "hunter2"]);
    expect(record).toMatchObject({
      credential: { ...given, username: expect.any(Secret), secret: expect.any(Secret) },
      supersededAt,
    });
  });

  it.each([{ lifeMs: 1e300 }, { minted: { now: 1e300 } }, { minted: { now: NOON }, lifeMs: -1e300 }])(
    "is invalid with times that no calendar has: %j",
    (times) => {
      const fields = Object(JSON.parse(encodeCacheRecord({ credential, supersededAt: undefined }).reveal()));
      const odd = new Secret(JSON.stringify({ ...fields, ...times }));
      expect([decodeCacheRecord(odd), decodeInventoryEntry(odd)]).toEqual([undefined, undefined]);
    },
  );

  it.each(["username", "secret", "minted", "lifeMs", "access", "from", "revokeAt"])(
    "is invalid with a missing or wrong %s",
    (field) => {
      const fields: unknown = JSON.parse(encodeCacheRecord({ credential, supersededAt: undefined }).reveal());
      const without = JSON.stringify({ ...Object(fields), [field]: undefined });
      const wrong = JSON.stringify({ ...Object(fields), [field]: ["wrong"] });
      expect(decodeCacheRecord(new Secret(without))).toBeUndefined();
      expect(decodeCacheRecord(new Secret(wrong))).toBeUndefined();
    },
  );
});

describe("a line of the inventory", () => {
  it.each([limited(3_600_000), UNLIMITED])("contains the lifetime %j", (lifetime) => {
    const entry = {
      mintedAt: { now: NOON, uptime: 17 },
      lifetime,
      access: "read-only",
      origin: "environment",
      registry: undefined,
      revoked: false,
    } as const;
    expect(decodeInventoryEntry(encodeInventoryEntry(entry))).toEqual(entry);
  });
});

describe("any text", () => {
  const anyText = fc.oneof(fc.string({ unit: "binary" }), fc.json());

  it("is a record or undefined", () => {
    fc.assert(
      fc.property(anyText, (record) => {
        const records = [decodeLogin, decodeCacheRecord, decodeInventoryEntry].map((decode) =>
          decode(new Secret(record)),
        );
        expect(records).toEqual([undefined, undefined, undefined]);
      }),
      { numRuns: 2000 },
    );
  });
});
