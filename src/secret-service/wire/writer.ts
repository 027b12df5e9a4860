/** Writes D-Bus values, little-endian. Alignment counts from the first byte, so a message needs a writer of its own. */
export class WireWriter {
  private bytes: Uint8Array = new Uint8Array(512);
  length = 0;

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length] = value & 255;
    this.length = this.length + 1;
  }

  align(to: number): void {
    while (this.length % to !== 0) this.byte(0);
  }

  u32(value: number): void {
    this.align(4);
    for (let shift = 0; shift < 32; shift += 8) this.byte((value >>> shift) & 255);
  }

  raw(more: Uint8Array): void {
    this.reserve(more.length);
    this.bytes.set(more, this.length);
    this.length = this.length + more.length;
  }

  /** An array of bytes. */
  data(more: Uint8Array): void {
    this.u32(more.length);
    this.raw(more);
  }

  /** A string or an object path. The text must not contain a NUL. */
  string(text: string): void {
    this.data(new TextEncoder().encode(text));
    this.byte(0);
  }

  /** A type signature, which is ASCII and shorter than 256 characters. */
  signature(text: string): void {
    this.byte(text.length);
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i));
    this.byte(0);
  }

  /** Begins an array of elements with this alignment. Returns what `endArray` needs to write the array's length. */
  beginArray(alignment: number): number {
    this.u32(0);
    const lengthAt = this.length - 4;
    this.align(alignment);
    return lengthAt;
  }

  endArray(lengthAt: number, alignment: number): void {
    const unpadded = lengthAt + 4;
    const first = unpadded + ((alignment - (unpadded % alignment)) % alignment);
    const length = this.length - first;
    for (let i = 0; i < 4; i++) this.bytes[lengthAt + i] = (length >>> (8 * i)) & 255;
  }

  all(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    let size = this.bytes.length * 2;
    while (size < this.length + more) size = size * 2;
    const grown = new Uint8Array(size);
    grown.set(this.bytes);
    this.bytes = grown;
  }
}
