/** Bytes and the plain ASCII that the launcher deals in. */

/** The first `length` bytes as text; empty where one of them is neither printable ASCII nor a tab or line break. */
export function asciiOf(bytes: Uint8Array, length: number): string {
  let text = "";
  for (let i = 0; i < length; i++) {
    const c = bytes[i] ?? 0;
    if (c > 126 || (c < 32 && c !== 9 && c !== 10 && c !== 13)) return "";
    text += String.fromCharCode(c);
  }
  return text;
}

/** ASCII text as bytes. */
export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Four bytes as a number, the lowest first, as Linux on x64 and arm64 has them. */
export function u32(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  return (low | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0;
}
