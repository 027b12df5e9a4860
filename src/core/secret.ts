/** SHA-256 of the UTF-8 text, as 64 lower-case hex digits. */
export type Sha256 = (text: string) => string;

/**
 * A value that must not leak. It prints, logs and serializes as `[secret]`. Only `reveal()` returns the text, and a test lists the
 * files that may call it.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** Returns the text. Only for protocol output, HTTP headers and stores. */
  reveal(): string {
    return this.#text;
  }

  /** Whether the text matches the pattern, which must be anchored. */
  matches(pattern: RegExp): boolean {
    return pattern.test(this.#text);
  }

  /** Returns the secret without surrounding white space, which pasting and piping add. */
  trimmed(): Secret {
    return new Secret(this.#text.trim());
  }

  equals(other: Secret): boolean {
    return this.#text === other.reveal();
  }

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
