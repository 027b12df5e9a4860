import { inspect } from "node:util";
import { Console } from "node:console";
import { Writable } from "node:stream";
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { HelperError } from "../../../src/core/errors.ts";
import { Secret } from "../../../src/core/secret.ts";

const TEXT = "hunter2-hunter2";

/** Everything that a program could print of a value without meaning to. */
const PRINTERS: Readonly<Record<string, (secret: Secret) => string>> = {
  String: String,
  // oxlint-disable-next-line typescript/restrict-template-expressions -- the mistake under test
  "a template": (secret) => `${secret}`,
  "a concatenation": (secret) => "".concat(String(secret), "!"),
  join: (secret) => [secret, secret].join(),
  "a locale string": (secret) => [secret].toLocaleString(),
  "JSON, bare": (secret) => JSON.stringify(secret),
  "JSON, nested": (secret) => JSON.stringify({ deep: [{ secret }] }),
  inspect: (secret) => inspect(secret),
  "inspect, nested, hidden and deep": (secret) =>
    inspect({ deep: [{ secret }] }, { showHidden: true, depth: 9, getters: true }),
  "inspect without custom inspection": (secret) =>
    inspect(secret, { customInspect: false, showHidden: true }),
  "a thrown error's cause": (secret) =>
    inspect(new HelperError("internal", "it failed", { cause: { secret, list: [secret] } })),
  // oxlint-disable-next-line typescript/restrict-template-expressions -- the mistake under test
  "an error's message": (secret) => new Error(`it failed: ${secret}`).stack ?? "",
  "console.log": (secret) => printed((print) => print.log(secret, { secret })),
  "console.log with every format": (secret) =>
    printed((print) =>
      print.log("%s %d %i %f %j %o %O", secret, secret, secret, secret, secret, secret, secret),
    ),
  "console.dir": (secret) => printed((print) => print.dir({ secret }, { showHidden: true })),
  "console.table": (secret) => printed((print) => print.table([{ secret }])),
  "its own properties": (secret) =>
    // oxlint-disable-next-line typescript/no-misused-spread -- the mistake under test
    JSON.stringify([Object.entries(secret), { ...secret }, Reflect.ownKeys(secret)]),
  structuredClone: (secret) => inspect(structuredClone({ secret }), { showHidden: true }),
};

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

function printed(work: (print: Console) => void): string {
  const chunks: string[] = [];
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  work(new Console({ stdout }));
  return chunks.join("");
}

describe("a Secret", () => {
  it.each(Object.entries(PRINTERS))("is not revealed by %s", (_title, print) => {
    const text = print(new Secret(TEXT));
    expect(text).not.toBe("");
    expect(text).not.toContain("hunter2");
  });

  it("prints as [secret]", () => {
    const secret = new Secret(TEXT);
    expect([String(secret), JSON.stringify(secret), inspect(secret)]).toEqual([
      "[secret]",
      '"[secret]"',
      "[secret]",
    ]);
  });

  it("returns its text from reveal() only", () => {
    expect(new Secret(TEXT).reveal()).toBe(TEXT);
  });

  it("equals only a secret with the same text", () => {
    expect(new Secret(TEXT).equals(new Secret(TEXT))).toBe(true);
    expect(new Secret(TEXT).equals(new Secret(`${TEXT} `))).toBe(false);
  });

  it("can be trimmed and stays a secret", () => {
    const trimmed = new Secret(" \thunter2\r\n").trimmed();
    expect([trimmed.reveal(), String(trimmed)]).toEqual(["hunter2", "[secret]"]);
  });

  it("is digested by the given function", () => {
    expect(new Secret(TEXT).digest(sha256)).toBe(sha256(TEXT));
  });

  it("can be matched against a pattern", () => {
    expect(new Secret(TEXT).matches(/^hunter2-hunter2$/)).toBe(true);
    expect(new Secret(TEXT).matches(/^hunter3/)).toBe(false);
  });
});
