import { beforeEach, describe, expect, it } from "vitest";
import { HelperError } from "../../../../src/core/errors.ts";
import type { SecretStore } from "../../../../src/core/secret-store.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { createSerializedStore } from "../../../../src/stores/keychain/serialized.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { createMemoryStore, type MemoryStore } from "../../../support/fakes/memory-store.ts";

const SILENT = new HelperError("keychain-silent", "the keychain did not respond within 5 s");

let store: MemoryStore;
let keychain: SecretStore;
let isHeld: boolean;
/** Whether the lock was held at each call of the store. */
let heldAtCalls: boolean[];
/** What the process shared, and whether it still held the lock. */
let shared: (readonly [code: string, isHeld: boolean])[];
/** What the process that held the lock shared. */
let theirs: HelperError | undefined;
let isAvailable: boolean;
beforeEach(() => {
  store = createMemoryStore({ a: "one" });
  [isHeld, heldAtCalls, shared, theirs, isAvailable] = [false, [], [], undefined, true];
  const watched: SecretStore = {
    read: (name) => noting(() => store.read(name)),
    write: (name, value) => noting(() => store.write(name, value)),
    erase: (name) => noting(() => store.erase(name)),
    entries: (...prefixes) => noting(() => store.entries(...prefixes)),
  };
  keychain = createSerializedStore(
    watched,
    {
      async acquire() {
        if (!isAvailable) return undefined;
        isHeld = true;
        return {
          waitedSince: theirs ? 0 : undefined,
          wasTaken: false,
          isHeld: () => true,
          [Symbol.dispose]: () => (isHeld = false),
        };
      },
    },
    {
      async rethrow() {
        if (theirs) throw theirs;
      },
      async share(_name, { code }) {
        // Writing a file takes time.
        await new Promise((resolve) => setImmediate(resolve));
        shared.push([code, isHeld]);
      },
    },
  );
});

function noting<T>(work: () => Promise<T>): Promise<T> {
  heldAtCalls.push(isHeld);
  return work();
}

const changes: readonly (readonly [string, () => Promise<unknown>])[] = [
  ["write", () => keychain.write("a", new Secret("two"))],
  ["erase", () => keychain.erase("a")],
  ["search", () => keychain.entries("a")],
];

describe("a serialized keychain", () => {
  it.each(changes)("holds the lock during a %s, and no longer", async (_name, work) => {
    await work();
    expect([heldAtCalls, isHeld]).toEqual([[true], false]);
  });

  it.each(changes)("releases the lock after a failed %s", async (_name, work) => {
    store.failWith(new HelperError("keychain-locked", "the keychain is locked"));
    expect((await failureOf(work)).code).toBe("keychain-locked");
    expect(isHeld).toBe(false);
  });

  it("reads without the lock", async () => {
    expect((await keychain.read("a"))?.reveal()).toBe("one");
    expect(heldAtCalls).toEqual([false]);
  });

  it.each(changes)("continues with a %s if the lock is not available", async (_name, work) => {
    isAvailable = false;
    await work();
    expect(heldAtCalls).toEqual([false]);
  });

  it.each(changes)(
    "shares that the keychain does not respond before it releases the lock: %s",
    async (_name, work) => {
      store.failWith(SILENT);
      await failureOf(work);
      expect(shared).toEqual([["keychain-silent", true]]);
      store.failWith(undefined);
      expect((await failureOf(work)).code).toBe("keychain-silent");
      expect((await failureOf(() => keychain.read("a"))).code).toBe("keychain-silent");
      expect([shared.length, store.calls.length]).toEqual([1, 1]);
    },
  );

  it("does not call a keychain that did not respond to another process", async () => {
    theirs = SILENT;
    expect((await failureOf(() => keychain.erase("a"))).code).toBe("keychain-silent");
    expect(store.calls).toEqual([]);
  });
});
