/** Classifies errors by their D-Bus names alone, because texts depend on the locale. */
import type { BusMessage } from "./wire/message.ts";

export const IS_LOCKED = "org.freedesktop.Secret.Error.IsLocked";
/** The answer of a daemon that refuses unencrypted sessions. */
export const NOT_SUPPORTED = "org.freedesktop.DBus.Error.NotSupported";
/** The longest text of the daemon's that docr shows, in characters. */
const LONGEST_TEXT = 200;

export type Failure = "locked" | "missing" | "failed";

export function failureOf(error: string): Failure {
  if (error === IS_LOCKED) return "locked";
  const isMissing =
    error === "org.freedesktop.DBus.Error.ServiceUnknown" ||
    error === "org.freedesktop.DBus.Error.NameHasNoOwner" ||
    error.startsWith("org.freedesktop.DBus.Error.Spawn.");
  return isMissing ? "missing" : "failed";
}

/** Whether the object no longer exists: another program erased it. KWallet reports InvalidArgs, KeePassXC also UnknownInterface. */
export function isGone(answer: BusMessage): boolean {
  const name = answer.error;
  return (
    answer.type === "error" &&
    (name === "org.freedesktop.Secret.Error.NoSuchObject" ||
      name === "org.freedesktop.DBus.Error.UnknownObject" ||
      name === "org.freedesktop.DBus.Error.UnknownMethod" ||
      name === "org.freedesktop.DBus.Error.UnknownInterface" ||
      name === "org.freedesktop.DBus.Error.InvalidArgs")
  );
}

/** The daemon's own text of an error: one line of at most 200 printable characters. "" if it has none. */
export function textOf(answer: BusMessage): string {
  if (answer.type !== "error" || !answer.signature.startsWith("s")) return "";
  const body = answer.body();
  const text = body.string();
  return body.isBad ? "" : boundedLine(text);
}

/** Replaces each control character by a space, and cuts the text to the limit. */
export function boundedLine(text: string): string {
  let line = "";
  for (let i = 0; i < text.length && i < LONGEST_TEXT; i++) {
    const code = text.charCodeAt(i);
    const isControl = code < 32 || (code > 126 && code < 160) || code === 0x2028 || code === 0x2029;
    const isDirection = (code >= 0x200e && code <= 0x200f) || (code >= 0x202a && code <= 0x202e);
    line += isControl || isDirection || (code >= 0x2066 && code <= 0x2069) ? " " : text.charAt(i);
  }
  return line.trim();
}
