import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  encodeCachedResponse,
  openCachedResponse,
  RESPONSE_LIMIT,
  type ValidityTimes,
} from "../../../../src/response-cache/shared/format.ts";

const HOST = "registry.digitalocean.com";
const LOGIN = '{"Username":"u","Secret":"s"}\n';
const RESPONSE = '{"ServerURL":"registry.digitalocean.com","Username":"u","Secret":"s"}\n';
const DAY = 24 * 3600 * 1000;
const NOW = 1_800_000_000_000;
const UPTIME = 500_000;
const TIMES: ValidityTimes = {
  notBefore: NOW - 1000,
  until: NOW + 1000,
  uptimeFrom: UPTIME - 1000,
  uptimeUntil: UPTIME + 1000,
};
const FILE = encodeCachedResponse(TIMES, LOGIN);

const time = fc.nat({ max: 10_000 });
const anyTimes = fc.record({ notBefore: time, until: time, uptimeFrom: time, uptimeUntil: time });

const open = (text: string, now = NOW, uptime = UPTIME) => openCachedResponse(text, HOST, now, uptime);

describe("a cached response", () => {
  it("is returned whole while both clocks are within its times", () => {
    expect(open(FILE)).toBe(RESPONSE);
  });

  it("repeats the address as the client sent it", () => {
    const address = "HTTPS://registry.digitalocean.com:443/acme/app/";
    expect(openCachedResponse(FILE, address, NOW, UPTIME)).toBe(RESPONSE.replace(HOST, address));
  });

  it("is stored in the same bytes from release to release", () => {
    const times = { notBefore: 1, until: 2, uptimeFrom: 3, uptimeUntil: 4 };
    expect(encodeCachedResponse(times, LOGIN)).toBe(`docr-warm-2 1 2 3 4\n${LOGIN}`);
  });

  it.each([
    ["the first moment of both clocks", TIMES.notBefore, TIMES.uptimeFrom, true],
    ["the last moment of both clocks", TIMES.until - 1, TIMES.uptimeUntil - 1, true],
    ["just before its time by the wall clock", TIMES.notBefore - 1, UPTIME, false],
    ["its end by the wall clock", TIMES.until, UPTIME, false],
    ["just before its time by the uptime", NOW, TIMES.uptimeFrom - 1, false],
    ["its end by the uptime", NOW, TIMES.uptimeUntil, false],
    ["a time after a reboot", NOW, 5, false],
    ["an unknown uptime", NOW, -1, false],
    ["a wall clock that was reset to the epoch", 0, UPTIME, false],
  ])("at %s: %#", (_moment, now, uptime, isValid) => {
    expect(open(FILE, now, uptime)).toBe(isValid ? RESPONSE : undefined);
  });

  it("is valid exactly while both clocks are within its times, for any times", () => {
    fc.assert(
      fc.property(anyTimes, time, time, (times, now, uptime) => {
        const isInside =
          now >= times.notBefore &&
          now < times.until &&
          uptime >= times.uptimeFrom &&
          uptime < times.uptimeUntil;
        expect(open(encodeCachedResponse(times, LOGIN), now, uptime)).toBe(isInside ? RESPONSE : undefined);
      }),
    );
  });

  it.each([
    ["wall clock", Number.NaN, UPTIME],
    ["uptime", NOW, Number.NaN],
  ])("is not valid if the %s is NaN", (_clock, now, uptime) => {
    expect(open(FILE, now, uptime)).toBe(undefined);
  });

  it("is not valid if its period is longer than half of the longest lifetime", () => {
    const long = { ...TIMES, notBefore: NOW - 16 * DAY };
    expect(open(encodeCachedResponse({ ...long, until: NOW + 1 }, LOGIN))).toBe(undefined);
    expect(open(encodeCachedResponse({ ...TIMES, until: NOW + 15 * DAY }, LOGIN))).toBe(RESPONSE);
    const awake = { ...TIMES, uptimeFrom: 0, uptimeUntil: 16 * DAY + 1 };
    expect(open(encodeCachedResponse(awake, LOGIN))).toBe(undefined);
  });

  it("is rejected if it was truncated anywhere", () => {
    for (let length = 0; length < FILE.length; length++) {
      expect(open(FILE.slice(0, length)), `cut at ${length}`).toBe(undefined);
    }
  });

  it("is rejected if its beginning is missing", () => {
    for (let start = 1; start < FILE.length; start++) {
      expect(open(FILE.slice(start)), `cut before ${start}`).toBe(undefined);
    }
  });

  it("is accepted up to the limit, and no longer", () => {
    const fill = RESPONSE_LIMIT - FILE.length;
    const filled = (text: string): string => text.replace('"s"', `"${"s".repeat(fill + 1)}"`);
    expect(open(encodeCachedResponse(TIMES, filled(LOGIN)))).toBe(filled(RESPONSE));
    const longer = LOGIN.replace('"s"', `"${"s".repeat(fill + 2)}"`);
    expect(open(encodeCachedResponse(TIMES, longer))).toBe(undefined);
  });

  it.each([
    ["another magic word", FILE.replace("docr-warm-2", "docr-warm-3")],
    ["a magic word in capitals", FILE.replace("docr-warm-2", "DOCR-WARM-2")],
    ["no magic word", FILE.replace("docr-warm-2 ", "")],
    ["two spaces", FILE.replace(" ", "  ")],
    ["a tab between words", FILE.replace(" ", "\t")],
    ["a space at the line's end", FILE.replace("\n", " \n")],
    ["a carriage return at the line's end", FILE.replace("\n", "\r\n")],
    ["one time more", FILE.replace("\n", " 1\n")],
    ["one time less", FILE.replace(/ \d+\n/, "\n")],
    ["a negative time", FILE.replace(/ \d+ /, " -1 ")],
    ["a signed time", FILE.replace(/ (\d+) /, " +$1 ")],
    ["an exponent", FILE.replace(/ \d+ /, " 1e3 ")],
    ["a hexadecimal time", FILE.replace(/ \d+ /, " 0x5 ")],
    ["a fraction", FILE.replace(/ (\d+) /, " $1.5 ")],
    ["a time in other digits", FILE.replace(/ \d+ /, " ١٢٣ ")],
    ["a time of 16 digits", FILE.replace(/ (\d+) (\d+) /, " $1 9999999999999999 ")],
    ["no response", FILE.slice(0, FILE.indexOf("\n") + 1)],
    ["an empty line before the response", FILE.replace("\n", "\n\n")],
    ["a response of another kind", encodeCachedResponse(TIMES, '{"Secret":"s"}\n')],
    ["a whole response of the first format", encodeCachedResponse(TIMES, RESPONSE)],
    ["a response without its line break", encodeCachedResponse(TIMES, LOGIN.trim())],
    ["a character after the response", `${FILE} `],
  ])("is rejected from a file with %s", (_what, text) => {
    expect(text).not.toBe(FILE);
    expect(open(text)).toBe(undefined);
  });

  it("is never returned from any other text, and nothing throws", () => {
    const edits = fc.array(fc.record({ at: fc.nat(FILE.length), byte: fc.nat(126) }), { maxLength: 4 });
    const mangled = edits.map((list) => {
      let text = FILE;
      for (const { at, byte } of list) {
        text = text.slice(0, at) + String.fromCharCode(byte) + text.slice(at + 1);
      }
      return text;
    });
    const any = fc.oneof(
      fc.string({ unit: "binary" }),
      mangled,
      fc.string().map((rest) => `docr-warm-2 ${rest}`),
    );
    fc.assert(
      fc.property(any, fc.double(), fc.double(), (text, now, uptime) => {
        const response = open(text, now, uptime);
        if (response === undefined) return;
        expect(text.startsWith("docr-warm-2 ")).toBe(true);
        const start = `{"ServerURL":"${HOST}",`;
        expect(response.startsWith(start)).toBe(true);
        expect(text.endsWith(`\n{${response.slice(start.length)}`)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
