// Turns a stored login into docr's response. credentials/codec.ts writes the record, and protocol/go-json.ts the response.
import { decodeAscii } from "../response-cache/shared/ascii.ts";

/** Bytes. A longer record is left to docr. */
const LONGEST_RECORD = 16_384;

/** The contents of a JSON string, as Go escapes them, and where the closing quote is. */
interface EscapedText {
  readonly text: string;
  readonly end: number;
}

/**
 * Returns the response to a `get` of the address. Undefined if the record is anything else than docr's own encoding of printable
 * ASCII: docr then decides what it means.
 */
export function responseFromRecord(address: string, record: Uint8Array): string | undefined {
  if (record.length > LONGEST_RECORD) return undefined;
  const text = decodeAscii(record, record.length);
  if (text === undefined) return undefined;
  const serverUrl = readField(text, 0, '{"serverUrl":"');
  if (serverUrl === undefined) return undefined;
  const username = readField(text, serverUrl.end, '","username":"');
  if (username === undefined) return undefined;
  const secret = readField(text, username.end, '","secret":"');
  if (secret === undefined || !isEnd(text.slice(secret.end))) return undefined;
  return (
    '{"ServerURL":"' + address + '","Username":"' + username.text + '","Secret":"' + secret.text + '"}\n'
  );
}

/** Reads the string that follows `before`. Undefined if it contains an escape that Go could write in another way. */
function readField(text: string, at: number, before: string): EscapedText | undefined {
  if (!text.startsWith(before, at)) return undefined;
  let escaped = "";
  let i = at + before.length;
  while (i < text.length) {
    const character = text.charAt(i);
    if (character === '"') return { text: escaped, end: i };
    const code = text.charCodeAt(i);
    if (code < 32) return undefined;
    if (character === "\\") {
      const next = text.slice(i + 1, i + 2);
      if (next !== '"' && next !== "\\") return undefined;
      escaped += character + next;
      i += 2;
      continue;
    }
    escaped += escapeForGo(character);
    i += 1;
  }
  return undefined;
}

function escapeForGo(character: string): string {
  if (character === "&") return "\\u0026";
  if (character === "<") return "\\u003c";
  return character === ">" ? "\\u003e" : character;
}

/** Whether the text closes the record, with or without the time of the login. */
function isEnd(text: string): boolean {
  if (text === '"}') return true;
  const before = '","storedAt":';
  if (!text.startsWith(before) || !text.endsWith("}")) return false;
  const digits = text.slice(before.length, text.length - 1);
  if (digits.length < 1 || digits.length > 15) return false;
  for (let i = 0; i < digits.length; i++) {
    const code = digits.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return digits.length === 1 || !digits.startsWith("0");
}
