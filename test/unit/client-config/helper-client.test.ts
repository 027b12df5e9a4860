import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAnswer } from "../../../src/client-config/helper-client.ts";
import { answerWith } from "../../support/fakes/client-home.ts";

const open = (text: string): readonly unknown[] => {
  const answer = parseAnswer(text);
  return [answer?.username.reveal(), answer?.secret.reveal()];
};

describe("a helper's answer", () => {
  it("gives back every user name and secret", () => {
    const text = fc.string({ unit: "binary" }).map((one) => one.toWellFormed());
    fc.assert(
      fc.property(text, text, (username, secret) => {
        expect(open(answerWith(username, secret))).toEqual([username, secret]);
      }),
    );
  });

  it("is read with its fields in any case, and what is missing is empty", () => {
    expect(open('{"username":"u","SECRET":"s"}')).toEqual(["u", "s"]);
    expect(open("{}")).toEqual(["", ""]);
  });

  it("of any text is a login or none, and throws nothing", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect([0, 2]).toContain(open(text).filter((one) => typeof one === "string").length);
      }),
    );
  });
});
