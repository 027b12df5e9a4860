import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasApiTokenFormat, parseApiToken } from "../../../src/core/api-token.ts";
import { Secret } from "../../../src/core/secret.ts";
import { failureOf, failureOfSync } from "../../support/fakes/failure-of.ts";

const HEX = "0123456789abcdef".repeat(4);

describe("an API token's format", () => {
  it.each([`dop_v1_${HEX}`, `doo_v1_${HEX}`, `dor_v1_${HEX}`, `doz_v1_${HEX}`, HEX])(
    "is that of %s",
    (text) => {
      expect(hasApiTokenFormat(new Secret(text))).toBe(true);
    },
  );

  it.each([
    "",
    HEX.slice(1),
    `${HEX}0`,
    HEX.toUpperCase(),
    `dop_v1_${HEX.slice(1)}`,
    `dop_v1_${HEX}0`,
    `dop_v2_${HEX}`,
    `DOP_v1_${HEX}`,
    `do_v1_${HEX}`,
    `dopp_v1_${HEX}`,
    `dop_v1_${HEX}\n`,
    `x\ndop_v1_${HEX}`,
    ` dop_v1_${HEX}`,
    `dop_v1_${"g".repeat(64)}`,
    "ghp_0123456789",
  ])("is not that of %j", (text) => {
    expect(hasApiTokenFormat(new Secret(text))).toBe(false);
  });
});

describe("an API token in a text", () => {
  it.each([`dop_v1_${HEX}`, ` dop_v1_${HEX}`, `dop_v1_${HEX}\n`, `\tdop_v1_${HEX}\r\n`])(
    "is taken without the white space around it: %j",
    (text) => {
      const token = parseApiToken(text, { kind: "environment" }, "DIGITALOCEAN_TOKEN");
      expect(token.secret.reveal()).toBe(`dop_v1_${HEX}`);
      expect(token).toMatchObject({ origin: { kind: "environment" }, source: "DIGITALOCEAN_TOKEN" });
    },
  );

  it.each(["", " ", "\n\t"])("that is empty (%j) is rejected by the name of its source", async (text) => {
    expect(await failureOf(() => parseApiToken(text, { kind: "environment" }, "DIGITALOCEAN_TOKEN"))).toEqual(
      {
        code: "bad-api-token",
        message: "DIGITALOCEAN_TOKEN is set but empty",
      },
    );
  });

  it("of another format is rejected and not printed", () => {
    const refused = { code: "bad-api-token", message: "THE_NAME does not contain a DigitalOcean API token" };
    const notBlank = fc.string({ unit: "binary", minLength: 1 }).filter((text) => text.trim() !== "");
    fc.assert(
      fc.property(notBlank, (text) => {
        expect(
          failureOfSync(() =>
            parseApiToken(text, { kind: "doctl", account: "", fingerprint: "" }, "THE_NAME"),
          ),
        ).toEqual(refused);
      }),
    );
  });
});
