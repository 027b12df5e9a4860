/** Conversions between bytes and ASCII text. The launcher's compiler has no TextDecoder. */

/** The first `length` bytes as text. Undefined if one of them is not printable ASCII, a tab or a line break. */
export function decodeAscii(bytes: Uint8Array, length: number): string | undefined {
  let text = "";
  for (let i = 0; i < length; i++) {
    const code = bytes[i] ?? 0;
    if (code > 126 || (code < 32 && code !== 9 && code !== 10 && code !== 13)) return undefined;
    text += String.fromCharCode(code);
  }
  return text;
}

/** ASCII text as bytes. */
export function encodeAscii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
