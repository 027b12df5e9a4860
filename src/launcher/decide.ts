// Decides what the launcher does with one request, without side effects. scriptc compiles it; tests also run it in process.
import { createHash } from "node:crypto";
import {
  helperInNote,
  isCertainlyOtherHost,
  KEYCHAIN_NOTE,
  noteFileName,
  noteKeyText,
} from "../response-cache/shared/other-registry-note.ts";
import { openCachedResponse } from "../response-cache/shared/format.ts";
import { registryIn } from "../response-cache/shared/address.ts";
import { isBypassed, keyText, type ReadVariable, responseFileName } from "../response-cache/shared/key.ts";
import { INPUT_TIMEOUT_HINT, INPUT_TIMEOUT_MESSAGE } from "../response-cache/shared/limits.ts";

/** What the client sent on stdin. */
export interface Input {
  /** "too-long": the text is only the beginning. */
  readonly status: "complete" | "too-long" | "unreadable" | "timed-out";
  /** Empty if the bytes are not ASCII. */
  readonly text: string;
}

/** The files that a decision depends on. The launcher reads each one only when needed. */
export interface LauncherFiles {
  /** "=" and the text of docr's config file, or "" if there is none. Undefined if the launcher cannot read it. */
  readonly config: () => string | undefined;
  /** The text of a file in the folder of cached responses. Undefined if it is missing or not private. */
  readonly privateText: (name: string) => string | undefined;
}

export interface Clocks {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds since the machine started. NaN if unknown. */
  readonly uptime: () => number;
  /** The same as docr reads it: some containers show the time since their own start. Slower. NaN if unknown. */
  readonly shownUptime: () => number;
}

export type Decision =
  /** Print the response and exit. */
  | { readonly kind: "respond"; readonly response: string }
  /** If another launcher has already started docr, wait for the response in this file. Otherwise run docr. */
  | { readonly kind: "await-response"; readonly name: string; readonly address: string }
  /** Run docker-credential-HELPER. If it cannot be started, run docr, which reports that. */
  | { readonly kind: "run-fallback"; readonly helper: string }
  /** Read or erase the login for this address in the Secret Service. If that has no plain result, run docr. */
  | { readonly kind: "read-keychain" | "erase-in-keychain"; readonly address: string }
  | { readonly kind: "run-docr" }
  /** Print the message and exit. */
  | { readonly kind: "fail"; readonly message: string };

const RUN_DOCR: Decision = { kind: "run-docr" };

/** Decides what to do with a request. Reads stdin only for a `get` or `erase` that the launcher may answer itself. */
export function decide(
  args: readonly string[],
  variable: ReadVariable,
  readInput: () => Input,
  files: LauncherFiles,
  clocks: Clocks,
): Decision {
  const action = args.length === 1 ? args[0] : undefined;
  if ((action !== "get" && action !== "erase") || isBypassed(variable)) return RUN_DOCR;
  const input = readInput();
  if (input.status === "timed-out") {
    return { kind: "fail", message: INPUT_TIMEOUT_MESSAGE + "; " + INPUT_TIMEOUT_HINT };
  }
  // docr rejects an input that is too long.
  if (input.status !== "complete") return RUN_DOCR;
  const address = input.text.trim();
  const registry = registryIn(address);
  if (registry !== undefined) {
    return action === "get" ? decideCached(address, registry, variable, files, clocks) : RUN_DOCR;
  }
  if (!isCertainlyOtherHost(address)) return RUN_DOCR;
  const decision = decideOtherHost(address, variable, files);
  if (action === "get") return decision;
  // docr erases a login in the fallback helper and in its own store.
  return decision.kind === "read-keychain" ? { kind: "erase-in-keychain", address } : RUN_DOCR;
}

/** Returns the response in the file to a `get` of the address, or undefined if there is none that is valid now. */
export function findResponse(
  name: string,
  address: string,
  files: LauncherFiles,
  clocks: Clocks,
): string | undefined {
  const text = files.privateText(name);
  if (text === undefined) return undefined;
  const now = clocks.now();
  return (
    openCachedResponse(text, address, now, clocks.uptime()) ??
    openCachedResponse(text, address, now, clocks.shownUptime())
  );
}

function decideCached(
  address: string,
  registry: string,
  variable: ReadVariable,
  files: LauncherFiles,
  clocks: Clocks,
): Decision {
  const config = files.config();
  if (config === undefined) return RUN_DOCR;
  const name = responseFileName(sha256(keyText(variable, config, registry)));
  const response = findResponse(name, address, files, clocks);
  if (response !== undefined) return { kind: "respond", response };
  // With DOCR_CACHE set, docr may not publish a response, so waiting for one could be useless.
  const cache = variable("DOCR_CACHE");
  return cache === undefined || cache === "" ? { kind: "await-response", name, address } : RUN_DOCR;
}

function decideOtherHost(address: string, variable: ReadVariable, files: LauncherFiles): Decision {
  // Then "not found" may have to become an empty login.
  if (!isEmpty(variable("DOCR_UNKNOWN"))) return RUN_DOCR;
  const config = files.config();
  if (config === undefined) return RUN_DOCR;
  const note = files.privateText(noteFileName(sha256(noteKeyText(variable, config)))) ?? "";
  const helper = helperInNote(note);
  if (helper !== undefined) return { kind: "run-fallback", helper };
  const isKeychain = note === KEYCHAIN_NOTE || isStoreCertain(variable, config);
  return isKeychain ? { kind: "read-keychain", address } : RUN_DOCR;
}

/** Whether no setting can name another store or a fallback helper: docr then reads the keychain, and no note is needed. */
function isStoreCertain(variable: ReadVariable, config: string): boolean {
  return config === "" && isEmpty(variable("DOCR_STORE")) && isEmpty(variable("DOCR_FALLBACK"));
}

const isEmpty = (value: string | undefined): boolean => value === undefined || value === "";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
