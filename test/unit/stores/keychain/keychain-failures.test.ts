import { describe, expect, it } from "vitest";
import { SecretsOutcome } from "../../../../src/secret-service/outcome.ts";
import { failureOfOutcome } from "../../../../src/stores/keychain/keychain-failures.ts";

const TIMEOUTS = { machineMs: 5_000, personMs: 20_000 };

function describeOutcome(parts: Partial<SecretsOutcome>): readonly [code: string, message: string] {
  const { code, message } = failureOfOutcome(Object.assign(new SecretsOutcome(), parts), TIMEOUTS);
  return [code, message];
}

/** Why there is no keychain. */
const whyOf = (error: string, text = "words of the bus"): string =>
  describeOutcome({ state: "missing", error, text })[1].replace(/^.*\((.*)\)$/, "$1");

const BUS = "org.freedesktop.DBus.Error.";
const collection = (name: string): string => `/org/freedesktop/secrets/collection/${name}`;

describe("the error of a keychain's outcome", () => {
  it("depends on the state, and quotes the daemon in its own language", () => {
    expect(
      describeOutcome({ state: "failed", error: `${BUS}Failed`, text: "Der Schlüsselbund ist gesperrt" }),
    ).toEqual([
      "keychain-failed",
      "the keychain failed (org.freedesktop.DBus.Error.Failed): Der Schlüsselbund ist gesperrt",
    ]);
    expect(describeOutcome({ state: "locked", text: "Zugriff verweigert" })).toEqual([
      "keychain-locked",
      "the keychain is locked: Zugriff verweigert",
    ]);
    expect(describeOutcome({ state: "failed" })).toEqual(["keychain-failed", "the keychain failed"]);
  });

  it("is a locked one if the daemon has no collection at all", () => {
    expect(describeOutcome({ state: "no-default" })).toEqual([
      "keychain-locked",
      "the keychain has no open keyring, wallet or database",
    ]);
  });

  it("names the collections that are locked, as the user wrote them", () => {
    expect(describeOutcome({ state: "locked", lockedCollections: [collection("login")] })[1]).toBe(
      "the keychain is locked (collection login)",
    );
    const names = ["my_20keys", "a_5fb", "plain_name"];
    expect(describeOutcome({ state: "locked", lockedCollections: names.map(collection) })[1]).toBe(
      "the keychain is locked (collections my keys, a_b, plain_name)",
    );
    expect(describeOutcome({ state: "locked", lockedCollections: ["/elsewhere"] })[1]).toBe(
      "the keychain is locked",
    );
  });

  it("says why there is no keychain", () => {
    expect(whyOf("docr.Rejected", "")).toBe("the session bus does not accept this user");
    expect(whyOf(`${BUS}ServiceUnknown`)).toBe("no Secret Service on the session bus");
    expect(whyOf(`${BUS}Spawn.ExecFailed`)).toBe("the session bus cannot start it: words of the bus");
  });

  it("says for how long docr waited, and whether for a person", () => {
    expect(describeOutcome({ state: "silent" })[1]).toBe("the keychain did not respond within 5 s");
    expect(describeOutcome({ state: "silent", wasPrompting: true })[1]).toBe(
      "the keychain did not respond within 20 s: its prompt was not answered",
    );
  });

  it("shows only the start of a long name of an error, on one line", () => {
    const [, message] = describeOutcome({ state: "failed", error: `a\u001b[31m\n${"b".repeat(500)}` });
    expect(message).toMatch(/^the keychain failed \(a \[31m b{100,200}\)$/);
  });
});
