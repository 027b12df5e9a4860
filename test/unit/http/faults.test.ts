import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AnswerTooLarge, faultOf } from "../../../src/http/faults.ts";

const withCode = (code: string): Error => Object.assign(new Error("hunter2"), { code });

describe("the fault of a request", () => {
  it.each([
    [withCode("ECONNREFUSED"), "refused"],
    [withCode("EAI_AGAIN"), "unknown-host"],
    [withCode("EHOSTUNREACH"), "unavailable"],
    [withCode("EPIPE"), "cut-off"],
    [withCode("UND_ERR_ABORTED"), "proxy"],
    [new DOMException("hunter2", "TimeoutError"), "timeout"],
    [withCode("CERT_HAS_EXPIRED"), "tls"],
    [new AnswerTooLarge("hunter2"), "too-large"],
    [withCode("UND_ERR_HEADERS_OVERFLOW"), "too-large"],
    [new Error("hunter2", { cause: withCode("ECONNRESET") }), "cut-off"],
    [new AggregateError([withCode("EODD"), withCode("ENOTFOUND")]), "unknown-host"],
    [withCode("ESOMETHING"), "unavailable"],
  ])("%# is found behind what was thrown", (thrown, kind) => {
    expect(faultOf(thrown).kind).toBe(kind);
  });

  it("has words of ours alone, whatever was thrown", () => {
    fc.assert(
      fc.property(fc.anything(), (thrown) => {
        expect(faultOf(thrown)).toEqual({ kind: "unavailable", words: "cannot be reached" });
      }),
    );
  });
});
