import { decodeUtf8 } from "./wire/utf8.ts";

/**
 * Returns the sockets of the session bus in the order to try: file paths, or abstract names after a NUL, as connect(2) and Node
 * take them. `address` is DBUS_SESSION_BUS_ADDRESS and `runtimeDir` XDG_RUNTIME_DIR, or "". Empty if there is no bus. Supports
 * only `unix:`, so that a secret never crosses a network.
 */
export function busSockets(address: string, runtimeDir: string): string[] {
  const userBus = runtimeDir.startsWith("/") ? runtimeDir + "/bus" : "";
  if (address === "") return userBus === "" ? [] : [userBus];
  const sockets: string[] = [];
  for (const alternative of address.split(";")) {
    if (!alternative.startsWith("unix:")) continue;
    for (const pair of alternative.slice(5).split(",")) {
      const equals = pair.indexOf("=");
      const key = pair.slice(0, Math.max(0, equals));
      const value = unescapeValue(pair.slice(equals + 1));
      if (key === "path" && value.startsWith("/")) sockets.push(value);
      if (key === "abstract" && value !== "") sockets.push("\0" + value);
      if (key === "runtime" && value === "yes" && userBus !== "") sockets.push(userBus);
    }
  }
  return sockets;
}

/** Replaces %XX. Returns "" if the value is malformed or contains a NUL. */
function unescapeValue(value: string): string {
  const escaped = new TextEncoder().encode(value);
  const bytes = new Uint8Array(escaped.length);
  let length = 0;
  let at = 0;
  while (at < escaped.length) {
    const isEscape = escaped[at] === 37;
    const byte = isEscape ? hexPair(escaped, at + 1) : (escaped[at] ?? 0);
    if (byte < 1) return "";
    bytes[length] = byte;
    length += 1;
    at += isEscape ? 3 : 1;
  }
  return decodeUtf8(bytes.subarray(0, length));
}

/** -1 if there are no two hexadecimal digits. */
function hexPair(text: Uint8Array, at: number): number {
  if (at + 2 > text.length) return -1;
  const high = hexDigit(text[at] ?? 0);
  const low = hexDigit(text[at + 1] ?? 0);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexDigit(code: number): number {
  return "0123456789abcdef".indexOf(String.fromCharCode(code).toLowerCase());
}
