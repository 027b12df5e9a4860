import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  encodeCachedResponse,
  openCachedResponse,
  RESPONSE_LIMIT,
  type ValidityTimes,
} from "../../../../src/response-cache/shared/format.ts";

const ANSWER = '{"ServerURL":"registry.digitalocean.com","Username":"u","Secret":"s"}\n';
const DAY = 24 * 3600 * 1000;
const NOW = 1_800_000_000_000;
const UPTIME = 500_000;
const TIMES: ValidityTimes = {
  notBefore: NOW - 1000,
  until: NOW + 1000,
  uptimeFrom: UPTIME - 1000,
  uptimeUntil: UPTIME + 1000,
};
const FILE = encodeCachedResponse(TIMES, ANSWER);

const time = fc.nat({ max: 10_000 });
const anyTimes = fc.record({ notBefore: time, until: time, uptimeFrom: time, uptimeUntil: time });

describe("a finished answer", () => {
  it("is given whole, within both windows", () => {
    expect(openCachedResponse(FILE, NOW, UPTIME)).toBe(ANSWER);
  });

  it.each([
    ["its first moment by both clocks", TIMES.notBefore, TIMES.uptimeFrom, true],
    ["its last moment by both clocks", TIMES.until - 1, TIMES.uptimeUntil - 1, true],
    ["the moment before it by the wall clock", TIMES.notBefore - 1, UPTIME, false],
    ["its end by the wall clock", TIMES.until, UPTIME, false],
    ["the moment before it by the uptime", NOW, TIMES.uptimeFrom - 1, false],
    ["its end by the uptime", NOW, TIMES.uptimeUntil, false],
    ["another start of the machine", NOW, 5, false],
    ["a machine without an uptime", NOW, -1, false],
    ["a wall clock that was set back to the epoch", 0, UPTIME, false],
  ])("at %s: %#", (_moment, now, uptime, isGiven) => {
    expect(openCachedResponse(FILE, now, uptime)).toBe(isGiven ? ANSWER : "");
  });

  it("is given only inside both windows, whatever they are", () => {
    fc.assert(
      fc.property(anyTimes, time, time, (times, now, uptime) => {
        const isInside =
          now >= times.notBefore &&
          now < times.until &&
          uptime >= times.uptimeFrom &&
          uptime < times.uptimeUntil;
        expect(openCachedResponse(encodeCachedResponse(times, ANSWER), now, uptime)).toBe(
          isInside ? ANSWER : "",
        );
      }),
    );
  });

  it.each([
    ["wall clock", Number.NaN, UPTIME],
    ["uptime", NOW, Number.NaN],
  ])("is not given by a %s that is no number", (_clock, now, uptime) => {
    expect(openCachedResponse(FILE, now, uptime)).toBe("");
  });

  it("is not given for longer than half of the longest life", () => {
    const long = { ...TIMES, notBefore: NOW - 16 * DAY };
    expect(openCachedResponse(encodeCachedResponse({ ...long, until: NOW + 1 }, ANSWER), NOW, UPTIME)).toBe(
      "",
    );
    expect(
      openCachedResponse(encodeCachedResponse({ ...TIMES, until: NOW + 15 * DAY }, ANSWER), NOW, UPTIME),
    ).toBe(ANSWER);
    const awake = { ...TIMES, uptimeFrom: 0, uptimeUntil: 16 * DAY + 1 };
    expect(openCachedResponse(encodeCachedResponse(awake, ANSWER), NOW, UPTIME)).toBe("");
  });

  it("that was cut short anywhere is none", () => {
    for (let length = 0; length < FILE.length; length++) {
      expect(openCachedResponse(FILE.slice(0, length), NOW, UPTIME), `cut at ${length}`).toBe("");
    }
  });

  it("that lost its beginning is none", () => {
    for (let start = 1; start < FILE.length; start++) {
      expect(openCachedResponse(FILE.slice(start), NOW, UPTIME), `cut before ${start}`).toBe("");
    }
  });

  it("is as long as there is room for, and no longer", () => {
    const fill = RESPONSE_LIMIT - FILE.length;
    const long = ANSWER.replace('"s"', `"${"s".repeat(fill + 1)}"`);
    expect(openCachedResponse(encodeCachedResponse(TIMES, long), NOW, UPTIME)).toBe(long);
    const longer = ANSWER.replace('"s"', `"${"s".repeat(fill + 2)}"`);
    expect(openCachedResponse(encodeCachedResponse(TIMES, longer), NOW, UPTIME)).toBe("");
  });

  it.each([
    ["another magic word", FILE.replace("docr-warm-1", "docr-warm-2")],
    ["a magic word in capitals", FILE.replace("docr-warm-1", "DOCR-WARM-1")],
    ["no magic word", FILE.replace("docr-warm-1 ", "")],
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
    ["an endless time", FILE.replace(/ (\d+) (\d+) /, " $1 9999999999999999 ")],
    ["no answer", FILE.slice(0, FILE.indexOf("\n") + 1)],
    ["an empty line before the answer", FILE.replace("\n", "\n\n")],
    ["an answer of another kind", encodeCachedResponse(TIMES, '{"Username":"u"}\n')],
    ["an answer without its line break", encodeCachedResponse(TIMES, ANSWER.trim())],
    ["something behind the answer", `${FILE} `],
  ])("is not taken from a file with %s", (_what, text) => {
    expect(text).not.toBe(FILE);
    expect(openCachedResponse(text, NOW, UPTIME)).toBe("");
  });

  it("comes out of no text but ours, and never throws", () => {
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
      fc.string().map((rest) => `docr-warm-1 ${rest}`),
    );
    fc.assert(
      fc.property(any, fc.double(), fc.double(), (text, now, uptime) => {
        const answer = openCachedResponse(text, now, uptime);
        if (answer === "") return;
        expect(text.startsWith("docr-warm-1 ")).toBe(true);
        expect(text.endsWith(answer)).toBe(true);
        expect(answer).toMatch(/^\{"ServerURL":[^]*"\}\n$/);
      }),
      { numRuns: 2000 },
    );
  });
});
