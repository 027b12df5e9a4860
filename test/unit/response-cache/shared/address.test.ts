import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isRegistryName, parseAddress, REGISTRY_HOST } from "../../../../src/core/address.ts";
import { encodeGetResponse } from "../../../../src/protocol/responses.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { registryIn } from "../../../../src/response-cache/shared/address.ts";
import { spellings } from "../../../launcher/spellings.ts";

/** What docr's own grammar finds: the registry's name, "" for the host alone, undefined for another host or an invalid name. */
function registryByGrammar(text: string): string | undefined {
  const address = parseAddress(text);
  if (address.kind === "other") return undefined;
  const { registry = "" } = address;
  return registry === "" || isRegistryName(registry) ? registry : undefined;
}

describe("registryIn", () => {
  it.each([
    ["registry.digitalocean.com", ""],
    ["https://registry.digitalocean.com", ""],
    ["http://registry.digitalocean.com/", ""],
    ["HTTPS://Registry.DigitalOcean.com:443//", ""],
    ["registry.digitalocean.com/v2/", ""],
    ["registry.digitalocean.com/v1/_ping", ""],
    ["registry.digitalocean.com/acme", "acme"],
    ["https://registry.digitalocean.com:443/acme/app/", "acme"],
    [`registry.digitalocean.com/${"a".repeat(63)}`, "a".repeat(63)],
  ])("finds the registry in %s", (address, registry) => {
    expect(registryIn(address)).toBe(registry);
  });

  it.each([
    "",
    "registry",
    "registry.digitalocean.com.",
    "registry.digitalocean.com.evil.example",
    "xregistry.digitalocean.com",
    "me@registry.digitalocean.com",
    "registry.digitalocean.com:80",
    "registry.digitalocean.com:443x",
    "registry.digitalocean.com//acme",
    "registry.digitalocean.com/Acme",
    "registry.digitalocean.com/acme?x",
    "registry.digitalocean.com/acme:latest",
    "registry.digitalocean.com\\@evil.example",
    "https://https://registry.digitalocean.com",
    " registry.digitalocean.com",
    "registry.d\u0131gitalocean.com",
    "re\u0261istry.digitalocean.com",
    `registry.digitalocean.com/${"a".repeat(64)}`,
    `registry.digitalocean.com/acme${"/a".repeat(250)}`,
  ])("leaves %j to docr", (address) => {
    expect(registryIn(address)).toBe(undefined);
  });

  it("agrees with docr's grammar on 10,000 spellings, up to 512 characters", () => {
    let accepted = 0;
    const property = fc.property(spellings, (text) => {
      const registry = registryIn(text);
      if (registry !== undefined) accepted += 1;
      return registry === (text.length > 512 ? undefined : registryByGrammar(text));
    });
    fc.assert(property, { numRuns: 10_000 });
    expect(accepted).toBeGreaterThan(2500);
  });

  it("agrees with docr's grammar on any text near the host's name", () => {
    const edits = fc.tuple(fc.nat(60), fc.nat(3), fc.string({ unit: "binary", maxLength: 2 }));
    const property = fc.property(spellings, edits, (text, [at, removed, added]) => {
      const edited = text.slice(0, at) + added + text.slice(at + removed);
      const registry = registryIn(edited);
      return registry === undefined || registry === registryByGrammar(edited);
    });
    expect(() => fc.assert(property, { numRuns: 4000 })).not.toThrow();
  });

  it("accepts only addresses that need no escapes in a response", () => {
    const secret = new Secret("s");
    const property = fc.property(spellings, (text) => {
      fc.pre(registryIn(text) !== undefined);
      expect(encodeGetResponse(text, secret, secret)).toBe(
        `{"ServerURL":"${text}","Username":"s","Secret":"s"}\n`,
      );
    });
    fc.assert(property, { numRuns: 5000 });
  });

  it("knows the host by the same name as docr", () => {
    expect(registryIn(REGISTRY_HOST)).toBe("");
  });
});
