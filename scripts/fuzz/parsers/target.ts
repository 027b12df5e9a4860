import { ERRORS, isErrorCode } from "../../../src/core/error-catalog.ts";
import { isHelperError } from "../../../src/core/errors.ts";

/** One parser of docr. Its input is a text; a parser of bytes gets each character as one byte. */
export interface Target {
  readonly name: string;
  /** Valid inputs, which the fuzzer mutates. */
  readonly examples: readonly string[];
  /** Returns what does not hold, or undefined. Throws like the parser. */
  readonly check: (text: string) => string | undefined;
}

/** In every example that contains a secret. No error may quote it. */
export const CANARY = "hunter2-canary";

/** Runs the target. Returns what does not hold: an error without a code, a text of two lines, a quoted secret. */
export function violationOf(target: Target, text: string): string | undefined {
  try {
    return target.check(text);
  } catch (error) {
    if (!isHelperError(error))
      return `throws ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    if (!isErrorCode(error.code)) return `has the unknown code ${String(error.code)}`;
    const words = [error.message, error.hint ?? "", ERRORS[error.code].family].join(" ");
    if (/[\u0000-\u001f\u007f]/.test(words))
      return `has an error with a control character: ${JSON.stringify(words)}`;
    return words.includes(CANARY) ? `quotes a secret: ${words}` : undefined;
  }
}

export const bytesOf = (text: string): Buffer => Buffer.from(text, "latin1");

/** A target that only has to return or to throw an error with a code. */
export function parser(name: string, examples: readonly string[], parse: (text: string) => unknown): Target {
  return {
    name,
    examples,
    check: (text) => {
      parse(text);
      return undefined;
    },
  };
}

/** A target that decodes a record. Encoding and decoding the result again must give the same record. */
export function codec<T>(
  name: string,
  examples: readonly string[],
  decode: (text: string) => T | undefined,
  encode: (value: T) => string,
): Target {
  return {
    name,
    examples,
    check: (text) => {
      const value = decode(text);
      if (value === undefined) return undefined;
      const first = encode(value);
      const again = decode(first);
      if (again === undefined) return `does not decode its own encoding ${first}`;
      return encode(again) === first ? undefined : `encodes ${first} differently the second time`;
    },
  };
}
