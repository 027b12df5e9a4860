/** SHA-256 of the UTF-8 text, as 64 lower-case hex digits. */
export type Sha256 = (text: string) => string;

/**
 * A value that must not leak. Printing, logging, joining and serializing it give `[secret]`. Only `reveal()` gives the
 * text, and a test lists the files that may call it.
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

  /** Whether the whole text matches, without showing it. The pattern must be anchored. */
  matches(pattern: RegExp): boolean {
    return pattern.test(this.#text);
  }

  /** The same secret without surrounding white space, which pasting and piping leave. */
  trimmed(): Secret {
    return new Secret(this.#text.trim());
  }

  /** Whether both hold the same text. */
  equals(other: Secret): boolean {
    return this.#text === other.reveal();
  }

  /** A one-way digest of the text. */
  digest(hash: Sha256): string {
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
