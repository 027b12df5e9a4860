/** The launcher's answer from the keychain and docr's own, in process, with the same fake Secret Service. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isHelperError } from "../../src/core/errors.ts";
import { Secret } from "../../src/core/secret.ts";
import { encodeLogin } from "../../src/credentials/codec.ts";
import { createHelper, type Helper, type RegistryCredentials } from "../../src/credentials/helper.ts";
import { createStoredLogins } from "../../src/credentials/stored-logins.ts";
import { answerFromKeychain, eraseInKeychain } from "../../src/launcher/keychain.ts";
import { loginNames } from "../../src/launcher/login-names.ts";
import { respondTo } from "../../src/protocol/actions.ts";
import { describeFailure } from "../../src/protocol/failures.ts";
import { attributesOf } from "../../src/secret-service/attributes.ts";
import { IS_LOCKED } from "../../src/secret-service/failures.ts";
import { createLinuxKeychain } from "../../src/stores/keychain/linux-keychain.ts";
import { accessToBus } from "../support/bus-access.ts";
import { converse } from "../support/fakes/converse.ts";
import { createMemoryStore } from "../support/fakes/memory-store.ts";
import { FakeSecretBus } from "../support/fakes/secret-bus.ts";
import { NO_LOCKS } from "../support/fakes/no-locks.ts";
import { type SecretBusServer, startSecretBus } from "../support/fakes/secret-bus-server.ts";
import { FakeSecretDaemon } from "../support/fakes/secret-daemon.ts";

const SITUATIONS = 3000;
const SEED = 20261127;

const NAMES = ["login:ghcr.io", "login:index.docker.io/v1", "login:docker.io", "login:quay.io/Path"];
const address = fc.oneof(
  fc.constantFrom("ghcr.io", "https://GHCR.io/", "http://ghcr.io", "quay.io/Path", "https://quay.io/Path//"),
  fc.constantFrom("https://index.docker.io/v1/", "docker.io", "registry-1.docker.io:443/v2"),
  fc.constantFrom("missing.example", "ghcr.io", "https://"),
);
const text = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[ -~]{1,20}$/) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 10 }).map((one) => one.toWellFormed()),
  },
);
const record = fc
  .tuple(text, text, fc.option(fc.nat(), { nil: undefined }))
  .map(([username, secret, storedAt]) =>
    encodeLogin({ serverUrl: "https://x", username, secret: new Secret(secret), storedAt }).reveal(),
  );
const value = fc.oneof(
  { weight: 8, arbitrary: record },
  { weight: 1, arbitrary: fc.constantFrom("", "{}", "null", "unlocked", '{"serverUrl":"a","username":"b"}') },
  { weight: 1, arbitrary: fc.tuple(record, fc.nat({ max: 60 })).map(([one, end]) => one.slice(0, end)) },
);
/** Without a name, it is the item of the address. */
const item = fc.record({
  name: fc.constantFrom(undefined, undefined, ...NAMES),
  value,
  modified: fc.nat({ max: 3 }),
});
const collection = fc.record({
  isLocked: fc.oneof(
    { weight: 4, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  unlocking: fc.constantFrom("silent", "prompt", "dismissed"),
  items: fc.array(item, { maxLength: 2 }),
});
/** One collection with the address's login. */
const plain = record.map((one) => [
  { isLocked: false, unlocking: "dismissed" as const, items: [{ name: undefined, value: one, modified: 1 }] },
]);
const anySituation = fc.record({
  address,
  collections: fc.oneof(
    { weight: 4, arbitrary: fc.array(collection, { maxLength: 3 }) },
    { weight: 1, arbitrary: plain },
  ),
  defaultIndex: fc.constantFrom(0, 1, 1, 1, 2, 3),
  habits: fc.constantFrom(
    ...Array.from({ length: 6 }, () => ({})),
    { findsLocked: false },
    { hasSession: false, sessionOutput: "ay" as const },
    { hasSession: false, waitsWhileLocked: true, changesByPrompt: true },
    { refusesPlain: true },
  ),
  error: fc.option(
    fc.record({
      member: fc.constantFrom("Get", "SearchItems", "OpenSession", "ReadAlias", "GetSecret", "Unlock"),
      name: fc.constantFrom(
        IS_LOCKED,
        "org.freedesktop.DBus.Error.Failed",
        "org.freedesktop.DBus.Error.UnknownMethod",
        "org.freedesktop.DBus.Error.ServiceUnknown",
      ),
    }),
    { freq: 10, nil: undefined },
  ),
  /** Whether another program erases the item when it is read for the first time. */
  isErased: fc.oneof(
    { weight: 9, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
});
type Situation = typeof anySituation extends fc.Arbitrary<infer T> ? T : never;

/** The situation's daemon. The launcher and docr each get one, because both may change it. */
function daemonOf({
  address: asked,
  collections,
  defaultIndex,
  habits,
  error,
  isErased,
}: Situation): FakeSecretDaemon {
  const daemon = new FakeSecretDaemon(habits);
  const [own = "login:"] = loginNames(asked);
  for (const [index, { isLocked, unlocking, items }] of collections.entries()) {
    const added = daemon.add(`c${index}`, { isLocked, unlocking });
    for (const one of items) daemon.put(added, attributesOf(one.name ?? own), one.value, one.modified);
  }
  daemon.defaultCollection = daemon.collections[defaultIndex]?.path ?? "/";
  if (error) daemon.errors.set(error.member, [error.name, "text"]);
  if (isErased) {
    daemon.beforeCall = (member) => {
      const found = daemon.collections.find(({ items }) => items.length > 0)?.items[0];
      if (member !== "GetSecret" || !found) return;
      daemon.remove(found.path);
      daemon.beforeCall = () => undefined;
    };
  }
  return daemon;
}

/** Their paths. */
function itemsIn(daemon: FakeSecretDaemon): readonly string[] {
  return daemon.collections.flatMap(({ items }) => items.map(({ path }) => path));
}

describe(`the launcher and docr in ${SITUATIONS} situations of a Secret Service`, () => {
  let folder: string;
  let bus: SecretBusServer;
  let store: ReturnType<typeof createLinuxKeychain>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "docr-ks-"));
    bus = await startSecretBus(join(folder, "bus"));
  });
  afterAll(async () => {
    await bus.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** docr's helper, as a new process would have it. */
  const createDocr = (): Helper => {
    store = createLinuxKeychain({
      bus: accessToBus(join(folder, "bus")),
      timeouts: { machineMs: 20_000, personMs: undefined },
      readFacts: () => undefined,
      readDaemon: async () => undefined,
      locks: NO_LOCKS,
      libsecret: createMemoryStore(),
    });
    const registry = new Proxy({}, { get: () => () => Promise.reject(new Error("not DigitalOcean's")) });
    return createHelper({
      logins: createStoredLogins(store),
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- no request reaches it
      registry: registry as RegistryCredentials,
      logOut: () => Promise.reject(new Error("no request logs out")),
      noteOtherRegistries: async () => undefined,
      clock: { read: () => ({ now: 0, uptime: 0 }) },
      reporter: { trace: () => undefined, warn: () => undefined },
    });
  };
  const askDocr = async (
    action: "get" | "erase",
    input: string,
  ): Promise<{ stdout: string; stderr: string; exitCode: number }> => {
    try {
      return { stdout: await respondTo(action, Buffer.from(input), createDocr()), stderr: "", exitCode: 0 };
    } catch (error) {
      if (!isHelperError(error)) throw error;
      return describeFailure(error);
    }
  };

  it("agree where the launcher answers", { timeout: 300_000 }, async () => {
    const counts = { found: 0, none: 0, left: 0 };
    const property = fc.asyncProperty(anySituation, async (situation) => {
      const answer = answerFromKeychain(situation.address, (plan) =>
        converse(plan, new FakeSecretBus(daemonOf(situation))),
      );
      counts[answer === undefined ? "left" : answer.exitCode === 0 ? "found" : "none"] += 1;
      if (answer === undefined) return;
      bus.daemon = daemonOf(situation);
      expect(await askDocr("get", situation.address)).toEqual({
        stdout: answer.response,
        stderr: "",
        exitCode: answer.exitCode,
      });
    });
    await fc.assert(property, { numRuns: SITUATIONS, seed: SEED });
    // Otherwise the situations would not test one of the three.
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(SITUATIONS / 20);
  });

  it("leave the same items where the launcher erases", { timeout: 300_000 }, async () => {
    const counts = { erased: 0, nothing: 0, left: 0 };
    const property = fc.asyncProperty(anySituation, async (situation) => {
      const daemon = daemonOf(situation);
      const before = itemsIn(daemon);
      const answer = eraseInKeychain(situation.address, (plan) => converse(plan, new FakeSecretBus(daemon)));
      const isChanged = itemsIn(daemon).length < before.length;
      counts[answer === undefined ? "left" : isChanged ? "erased" : "nothing"] += 1;
      const ofDocr = daemonOf(situation);
      bus.daemon = ofDocr;
      const { stdout, stderr, exitCode } = await askDocr("erase", situation.address);
      if (answer === undefined) return;
      expect({ stdout, stderr, exitCode }).toEqual({ stdout: answer.response, stderr: "", exitCode: 0 });
      expect(itemsIn(daemon)).toEqual(itemsIn(ofDocr));
    });
    await fc.assert(property, { numRuns: SITUATIONS, seed: SEED });
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(SITUATIONS / 20);
  });
});
