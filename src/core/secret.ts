/**
 * A value that must never be seen by accident. Whatever prints, logs, joins or serializes it gets
 * `[secret]`; only `reveal()` gives the text, and a test pins the few rooms that may call it.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself: for protocol output, an HTTP header or a store, and for nothing else. */
  reveal(): string {
    return this.#text;
  }

  /** Whether the whole text has the shape, without showing it. The pattern must be anchored. */
  matches(pattern: RegExp): boolean {
    return pattern.test(this.#text);
  }

  /** The same without white space around it, which pasting and piping leave. */
  trimmed(): Secret {
    return new Secret(this.#text.trim());
  }

  /** Whether both hold the same text. */
  equals(other: Secret): boolean {
    return this.#text === other.reveal();
  }

  /** A one-way mark of the text, made by `hash` (text in, lower-case hex out). */
  digest(hash: (text: string) => string): string {
    return hash(this.#text);
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[secret]";
  }
}
