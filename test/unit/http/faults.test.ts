import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { faultOf, ResponseTooLarge } from "../../../src/http/faults.ts";

const withCode = (code: string): Error => Object.assign(new Error("hunter2"), { code });

const NO_ROUTE = "is unreachable: no route";
const NO_ADDRESS = "was not found in DNS";
const CUT_OFF = "closed the connection before the response was complete";
const LATE = "did not respond in time";
const TLS = "sent a certificate that this machine does not trust, or does not speak TLS";
const TOO_LARGE = "sent a response that is too large";

describe("the fault of a request", () => {
  it.each([
    ["ECONNREFUSED", "refused", "refused the connection"],
    ["ENOTFOUND", "unknown-host", NO_ADDRESS],
    ["EAI_AGAIN", "unknown-host", NO_ADDRESS],
    ["ENETUNREACH", "unavailable", NO_ROUTE],
    ["EHOSTUNREACH", "unavailable", NO_ROUTE],
    ["ECONNRESET", "cut-off", CUT_OFF],
    ["EPIPE", "cut-off", CUT_OFF],
    ["UND_ERR_SOCKET", "cut-off", CUT_OFF],
    ["HPE_INVALID_CONSTANT", "cut-off", CUT_OFF],
    ["UND_ERR_ABORTED", "proxy", "is unreachable: the proxy refused the connection"],
    ["ETIMEDOUT", "timeout", LATE],
    ["UND_ERR_CONNECT_TIMEOUT", "timeout", LATE],
    ["UND_ERR_HEADERS_TIMEOUT", "timeout", LATE],
    ["UND_ERR_BODY_TIMEOUT", "timeout", LATE],
    ["CERT_HAS_EXPIRED", "tls", TLS],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls", TLS],
    ["SELF_SIGNED_CERT_IN_CHAIN", "tls", TLS],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls", TLS],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "tls", TLS],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "tls", TLS],
    ["UND_ERR_HEADERS_OVERFLOW", "too-large", TOO_LARGE],
    ["ESOMETHING", "unavailable", "is unreachable"],
  ])("with the code %s is %s: %s", (code, kind, text) => {
    expect(faultOf(withCode(code))).toEqual({ kind, text });
  });

  it.each([
    ["a signal's timeout", new DOMException("hunter2", "TimeoutError"), "timeout"],
    ["a body over the limit", new ResponseTooLarge("hunter2"), "too-large"],
    ["its cause", new Error("hunter2", { cause: withCode("ECONNRESET") }), "cut-off"],
    [
      "a cause of its cause",
      new Error("", { cause: new Error("", { cause: withCode("EPIPE") }) }),
      "cut-off",
    ],
    [
      "the first known of several",
      new AggregateError([withCode("EODD"), withCode("ENOTFOUND")]),
      "unknown-host",
    ],
  ])("is found in %s", (_where, error, kind) => {
    expect(faultOf(error).kind).toBe(kind);
  });

  it("is unavailable for an error that is its own cause", () => {
    const error: Error & { cause?: unknown } = new Error("hunter2");
    error.cause = error;
    expect(faultOf(error).kind).toBe("unavailable");
  });

  it("shows nothing of what was thrown", () => {
    fc.assert(
      fc.property(fc.anything(), (thrown) => {
        expect(faultOf(thrown)).toEqual({ kind: "unavailable", text: "is unreachable" });
      }),
    );
  });
});
