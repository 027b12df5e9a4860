/** Decodes UTF-8. An invalid byte becomes U+FFFD. The launcher's compiler has no TextDecoder. */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = "";
  let at = 0;
  while (at < bytes.length) {
    // Most texts are object paths. Without this, a list of 100 logins takes 2 ms longer.
    const first = bytes[at] ?? 0;
    if (first < 0x80) {
      text += String.fromCharCode(first);
      at += 1;
      continue;
    }
    const length = lengthOfCharacter(bytes, at);
    text += length === 0 ? "\uFFFD" : character(bytes, at, length);
    at += length === 0 ? 1 : length;
  }
  return text;
}

/** The number of bytes of the character. 0 if the bytes are not valid UTF-8. */
function lengthOfCharacter(bytes: Uint8Array, at: number): number {
  const first = byteAt(bytes, at);
  let length = 0;
  if (first >= 0xc2 && first <= 0xdf) length = 2;
  if (first >= 0xe0 && first <= 0xef) length = 3;
  if (first >= 0xf0 && first <= 0xf4) length = 4;
  for (let i = 1; i < length; i++) {
    if ((byteAt(bytes, at + i) & 0xc0) !== 0x80) return 0;
  }
  const second = byteAt(bytes, at + 1);
  // Too long for their value, surrogates, and beyond Unicode.
  if ((first === 0xe0 && second < 0xa0) || (first === 0xed && second > 0x9f)) return 0;
  if ((first === 0xf0 && second < 0x90) || (first === 0xf4 && second > 0x8f)) return 0;
  return length;
}

function character(bytes: Uint8Array, at: number, length: number): string {
  const first = byteAt(bytes, at);
  let code = first & (length === 2 ? 0x1f : length === 3 ? 0x0f : 0x07);
  for (let i = 1; i < length; i++) code = code * 64 + (byteAt(bytes, at + i) & 0x3f);
  if (code < 0x1_0000) return String.fromCharCode(code);
  const above = code - 0x1_0000;
  return String.fromCharCode(0xd800 + (above >> 10), 0xdc00 + (above & 0x3ff));
}

/** 0 beyond the end. */
function byteAt(bytes: Uint8Array, at: number): number {
  return at < bytes.length ? (bytes[at] ?? 0) : 0;
}
