import { HelperError } from "../../core/errors.ts";
import { DISCONNECTED, REJECTED } from "../../secret-service/conversation.ts";
import { boundedLine } from "../../secret-service/failures.ts";
import type { SecretsOutcome } from "../../secret-service/outcome.ts";
import type { BusTimeouts } from "./bus-connection.ts";
import { collectionNameOf } from "./collection-name.ts";

/** How to unlock a Linux keychain, for a hint. */
const UNLOCK = "unlock it on the desktop: Passwords and Keys, KWallet or KeePassXC";
/** The bus found the daemon's program, but could not start it. */
const SPAWN = "org.freedesktop.DBus.Error.Spawn.";

/** The parts of an outcome that say why it is no success. The text is the daemon's: one line, bounded, in any language. */
type Reason = Pick<SecretsOutcome, "state" | "error" | "text" | "lockedCollections" | "wasPrompting">;

/** No socket of the session bus accepts a connection. */
export function noSessionBus(): HelperError {
  return missingKeychain("no session bus");
}

function missingKeychain(why: string): HelperError {
  return new HelperError("keychain-missing", `there is no keychain in this session (${why})`);
}

function unansweredKeychain({ error, text }: Reason): HelperError {
  if (error === REJECTED) return missingKeychain("the session bus does not accept this user");
  if (!error.startsWith(SPAWN)) return missingKeychain("no Secret Service on the session bus");
  return missingKeychain(withText("the session bus cannot start it", text));
}

/** The error of an outcome that is neither a success nor left to libsecret. */
export function failureOfOutcome(outcome: Reason, timeouts: BusTimeouts): HelperError {
  const { state } = outcome;
  if (state === "missing") return unansweredKeychain(outcome);
  if (state === "locked") return lockedKeychain("the keychain is locked", outcome);
  // KeePassXC without an open database.
  if (state === "no-default")
    return lockedKeychain("the keychain has no open keyring, wallet or database", outcome);
  return state === "silent" ? silentKeychain(outcome, timeouts) : failedKeychain(outcome);
}

/** A part of the keychain is locked, and `entries` returned the rest. */
export function partlyLockedKeychain(outcome: Reason): HelperError {
  return lockedKeychain("a part of the keychain is locked", outcome);
}

function lockedKeychain(what: string, { lockedCollections, text }: Reason): HelperError {
  const names = lockedCollections.flatMap((path) => collectionNameOf(path) ?? []);
  const which =
    names.length === 0 ? "" : ` (${names.length === 1 ? "collection" : "collections"} ${names.join(", ")})`;
  return new HelperError("keychain-locked", withText(what + which, text), { hint: UNLOCK });
}

function silentKeychain({ wasPrompting }: Reason, { machineMs, personMs }: BusTimeouts): HelperError {
  const isPersonLate = wasPrompting && personMs !== undefined;
  const seconds = (isPersonLate ? personMs : machineMs) / 1000;
  const why = wasPrompting ? ": its prompt was not answered" : "";
  return new HelperError("keychain-silent", `the keychain did not respond within ${seconds} s${why}`);
}

function failedKeychain({ error, text }: Reason): HelperError {
  if (error === DISCONNECTED) {
    return new HelperError("keychain-failed", "the keychain failed: the session bus closed the connection");
  }
  const name = error === "" ? "" : ` (${boundedLine(error)})`;
  return new HelperError("keychain-failed", withText(`the keychain failed${name}`, text));
}

function withText(message: string, text: string): string {
  return text === "" ? message : `${message}: ${text}`;
}
