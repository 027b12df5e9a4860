import { describe, expect, it } from "vitest";
import { decodeResponse } from "../../../src/kubelet/decode-response.ts";
import { API_VERSIONS } from "../../../src/kubelet/request.ts";
import { ACCEPTED_FORMS, EMPTY_FORMS, REJECTED_FORMS } from "../../support/kubelet-forms.ts";

const decode = (text: string) => decodeResponse(text, API_VERSIONS[0]);

// The suite `engines` asks the kubelet's own code about each form.
describe("a response that the kubelet accepts", () => {
  it.each(ACCEPTED_FORMS)("has $title", ({ text, cacheMs }) => {
    const decoded = decode(text);
    const auth = "auth" in decoded ? decoded.auth.get("registry.digitalocean.com") : undefined;
    expect([auth?.username.reveal(), auth?.secret.reveal()]).toEqual(["u", "p"]);
    expect(decoded).toMatchObject({ cacheMs });
  });

  it.each(EMPTY_FORMS)("may have no login: %s", (text) => {
    expect(decode(text)).toEqual({ cacheKeyType: "Image", cacheMs: 0, auth: new Map() });
  });

  it("may leave out the user name", () => {
    const text = ACCEPTED_FORMS[0]?.text.replace('"username":"u",', "") ?? "";
    const decoded = decode(text);
    expect("auth" in decoded && decoded.auth.get("registry.digitalocean.com")?.username.reveal()).toBe("");
  });
});

describe("a response that the kubelet rejects", () => {
  it.each(REJECTED_FORMS)("has $title", ({ text, problem }) => {
    expect(decode(text)).toEqual({ problem: expect.stringContaining(problem) });
  });
});
