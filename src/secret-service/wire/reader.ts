import { decodeUtf8 } from "./utf8.ts";

/**
 * Reads little-endian D-Bus values from a part of a byte array. A read beyond the end does not throw: the reader becomes bad and
 * returns empty values from then on. The launcher's compiler ends the process on an index out of range.
 */
export class WireReader {
  private readonly bytes: Uint8Array;
  /** Where the message begins. Alignment counts from there. */
  private readonly start: number;
  private readonly end: number;
  at: number;
  isBad = false;

  constructor(bytes: Uint8Array, start: number, at: number, end: number) {
    this.bytes = bytes;
    this.start = start;
    this.at = at;
    this.end = end > bytes.length ? bytes.length : end;
  }

  align(to: number): void {
    const over = (this.at - this.start) % to;
    if (over !== 0) this.at = this.at + to - over;
  }

  byte(): number {
    if (this.isBad || this.at < 0 || this.at >= this.end) {
      this.isBad = true;
      return 0;
    }
    const value = this.bytes[this.at] ?? 0;
    this.at = this.at + 1;
    return value;
  }

  u32(): number {
    this.align(4);
    const low = this.byte() + this.byte() * 0x1_00;
    return low + this.byte() * 0x1_00_00 + this.byte() * 0x1_00_00_00;
  }

  /** A 64-bit number. Exact up to 2^53. */
  u64(): number {
    this.align(8);
    const low = this.u32();
    return low + this.u32() * 0x1_0000_0000;
  }

  isTrue(): boolean {
    return this.u32() === 1 && !this.isBad;
  }

  /** An array of bytes, which is a view of the message. */
  data(): Uint8Array {
    return this.take(this.u32());
  }

  /** A string or an object path. */
  string(): string {
    const text = decodeUtf8(this.data());
    this.byte();
    return text;
  }

  /** Skips a string or an object path without decoding it. */
  skipString(): void {
    this.data();
    this.byte();
  }

  signature(): string {
    const text = decodeUtf8(this.take(this.byte()));
    this.byte();
    return text;
  }

  /** Begins an array of elements with this alignment. Returns where it ends. */
  array(alignment: number): number {
    const length = this.u32();
    this.align(alignment);
    if (this.isBad || length > this.end - this.at) {
      this.isBad = true;
      return this.at;
    }
    return this.at + length;
  }

  /** An array of object paths. */
  paths(): string[] {
    const paths: string[] = [];
    const end = this.array(4);
    while (!this.isBad && this.at < end) paths.push(this.string());
    return paths;
  }

  private take(length: number): Uint8Array {
    if (this.isBad || length > this.end - this.at) {
      this.isBad = true;
      return new Uint8Array(0);
    }
    const taken = this.bytes.subarray(this.at, this.at + length);
    this.at = this.at + length;
    return taken;
  }
}
