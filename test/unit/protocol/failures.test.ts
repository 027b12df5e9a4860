import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stderrLine } from "../../../src/core/text.ts";
import { describeFailure } from "../../../src/protocol/failures.ts";
import { ERRORS, isErrorCode } from "../../../src/core/error-catalog.ts";
import { HelperError } from "../../../src/core/errors.ts";

/** A mistyped command is no protocol request: cli/errors.ts prints it. */
const ERROR_CODES = Object.keys(ERRORS)
  .filter(isErrorCode)
  .filter((code) => code !== "mistyped");

/** Words of the protocol, which clients compare with the whole of stdout: no hint may follow them there. */
const MESSAGE_ALONE: ReadonlySet<string> = new Set([
  "not-found",
  "no-server-url",
  "no-username",
  "unknown-action",
  // Of commands only. Its message names the word that was probably meant.
  "mistyped",
]);

describe("every failure", () => {
  it.each(ERROR_CODES)("%s is one line on stdout, at most one on stderr, and exit code 1", (code) => {
    const shown = describeFailure(new HelperError(code, "the message"));
    expect(shown.exitCode).toBe(1);
    expect(shown.stdout).toMatch(/^[^\u0000-\u001f\u007f]+\n$/);
    expect(shown.stderr).toMatch(/^(?:docr: [^\u0000-\u001f\u007f]+\n)?$/);
  });

  it.each(ERROR_CODES.filter((code) => code !== "usage"))("%s starts stdout with its message", (code) => {
    const { stdout } = describeFailure(new HelperError(code, "the message"));
    expect(stdout).toMatch(MESSAGE_ALONE.has(code) ? /^the message\n$/ : /^the message; .+\n$/);
  });

  it.each(ERROR_CODES.filter((code) => code !== "not-found"))("%s is on stderr for the user, too", (code) => {
    const { stderr } = describeFailure(new HelperError(code, "the message"));
    expect(stderr).toMatch(/^docr: the message\b/);
  });

  it.each(ERROR_CODES)("%s has a hint without an initial capital and a full stop", (code) => {
    const { stderr } = describeFailure(new HelperError(code, "m"));
    const hint = stderr.replace(/^docr: m(?:; )?/, "").trimEnd();
    expect(hint).not.toMatch(/^[A-Z][a-z]|\.$/);
  });

  it("shows neither control characters nor the cause, with any message", () => {
    const anyText = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(fc.constantFrom(...ERROR_CODES), anyText, (code, message) => {
        const shown = describeFailure(new HelperError(code, message, { cause: new Error("hunter2") }));
        const printed = shown.stdout + shown.stderr;
        expect(printed.replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u007f]/);
        expect(shown.stdout.split("\n")).toHaveLength(2);
        expect(shown.stderr.split("\n").length).toBeLessThanOrEqual(2);
        expect(printed.replaceAll(message, "")).not.toContain("hunter2");
      }),
    );
  });
});

describe("what clients compare", () => {
  it('"not found" is only on stdout, because it is a response', () => {
    const failure = new HelperError("not-found", "credentials not found in native keychain");
    expect(describeFailure(failure)).toEqual({
      stdout: "credentials not found in native keychain\n",
      stderr: "",
      exitCode: 1,
    });
  });

  it("not found at DigitalOcean's registry has its hint on stderr, and only the protocol's text on stdout", () => {
    const hint = "not logged in to registry.digitalocean.com; run: docr login";
    expect(describeFailure(new HelperError("not-found", "the words", { hint }))).toEqual({
      stdout: "the words\n",
      stderr: `docr: ${hint}\n`,
      exitCode: 1,
    });
  });

  it("wrong usage prints the usage on stdout, as docker's helpers do", () => {
    expect(describeFailure(new HelperError("usage", "more than one argument"))).toEqual({
      stdout: "Usage: docker-credential-docr <store|get|erase|list|version>\n",
      stderr: "docr: more than one argument\n",
      exitCode: 1,
    });
  });

  it('an unreadable keychain is never "not found"', () => {
    const codes = ERROR_CODES.filter((code) => code !== "not-found");
    const texts = codes.map((code) => describeFailure(new HelperError(code, "m")).stdout);
    expect(texts.join("")).not.toContain("credentials not found");
  });
});

describe("a warning", () => {
  it("is one line that starts with docr", () => {
    expect(stderrLine("could not\r\nrevoke\u001b[2J")).toBe("docr: could not revoke [2J\n");
  });
});
