import { beforeEach, describe, expect, it } from "vitest";
import { HelperError } from "../../../../src/core/errors.ts";
import type { SecretStore } from "../../../../src/core/secret-store.ts";
import { inTurns } from "../../../../src/stores/keychain/serialized.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { createMemoryStore, type MemoryStore } from "../../../support/fakes/memory-store.ts";

const SILENT = new HelperError("keychain-silent", "the keychain did not answer within 5 s");

let store: MemoryStore;
let keychain: SecretStore;
/** What was done with turns, in order. */
let log: string[];
/** What the next turn finds that another process met. */
let theirs: HelperError | undefined;
let isAvailable: boolean;
beforeEach(() => {
  store = createMemoryStore({ a: "one" });
  [log, theirs, isAvailable] = [[], undefined, true];
  keychain = inTurns(store, {
    async take(name) {
      log.push(`take ${name}`);
      if (!isAvailable) return undefined;
      return {
        failure: theirs,
        // A file's time later, as the real one.
        async shareFailure({ code }) {
          await new Promise((resolve) => setImmediate(resolve));
          log.push(`share ${code}`);
        },
        end: () => void log.push("end"),
      };
    },
  });
});

const verbs: readonly (readonly [string, () => Promise<unknown>])[] = [
  ["write", () => keychain.write("a", new Secret("two"))],
  ["erase", () => keychain.erase("a")],
  ["search", () => keychain.entries("a")],
];

describe("a keychain in turns", () => {
  it.each(verbs)("takes one for a %s, and ends it", async (_verb, work) => {
    await work();
    expect([log, store.calls.length]).toEqual([["take keychain", "end"], 1]);
  });

  it.each(verbs)("ends it where a %s fails", async (_verb, work) => {
    store.failWith(new HelperError("keychain-locked", "the keychain is locked"));
    expect((await failureOf(work)).code).toBe("keychain-locked");
    expect(log).toEqual(["take keychain", "end"]);
  });

  it("takes none to read", async () => {
    expect((await keychain.read("a"))?.reveal()).toBe("one");
    expect(log).toEqual([]);
  });

  it.each(verbs)("goes on without one for a %s where there is none to be had", async (_verb, work) => {
    isAvailable = false;
    await work();
    expect(store.calls).toHaveLength(1);
  });

  it.each(verbs)("that is silent is told to those who wait, and not asked again: %s", async (_verb, work) => {
    store.failWith(SILENT);
    await failureOf(work);
    expect(log).toEqual(["take keychain", "share keychain-silent", "end"]);
    store.failWith(undefined);
    expect((await failureOf(work)).code).toBe("keychain-silent");
    expect((await failureOf(() => keychain.read("a"))).code).toBe("keychain-silent");
    expect([log.length, store.calls.length]).toEqual([3, 1]);
  });

  it("that another process found silent is not asked", async () => {
    theirs = SILENT;
    expect((await failureOf(() => keychain.erase("a"))).code).toBe("keychain-silent");
    expect(store.calls).toEqual([]);
  });
});
