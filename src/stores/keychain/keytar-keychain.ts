import { withDeadline } from "../../core/deadline.ts";
import { HelperError, isHelperError } from "../../core/errors.ts";
import type { SecretStore } from "../../core/secret-store.ts";
import { Secret } from "../../core/secret.ts";
import { printable } from "../../core/text.ts";
import type { PendingCalls } from "../../system/pending-calls.ts";

/** The part of keytar that docr uses. Its functions reject with the platform's own messages. */
export interface Keytar {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
  findCredentials(service: string): Promise<{ account: string; password: string }[]>;
}

export interface KeytarOptions {
  /** Loads keytar at the first use. Rejects if its libraries are not installed. */
  readonly load: () => Promise<Keytar>;
  /** As in `process.platform`. */
  readonly platform: string;
  /** Time limit of one call. The system's library may wait for minutes. */
  readonly deadlineMs: number;
  /** Counts the calls that are still inside keytar. */
  readonly pendingCalls: PendingCalls;
}

/** The service name of every item. On Windows, keytar searches by prefix, so no other program may use a name that starts with it. */
const SERVICE = "docker-credential-docr";
/** The longest message of the platform that docr shows, in characters. */
const LONGEST_TEXT = 200;

/** The keychain of macOS and Windows. On Linux, what the Secret Service client leaves to libsecret. */
export function createKeytarKeychain(options: KeytarOptions): SecretStore {
  const { deadlineMs, pendingCalls } = options;
  let loaded: Promise<Keytar> | undefined;
  let timeout: HelperError | undefined;

  async function call<T>(ask: (keytar: Keytar) => Promise<T>): Promise<T> {
    // After one timeout, this process does not wait for the keychain again.
    if (timeout) throw timeout;
    loaded ??= load(options);
    const keytar = await loaded;
    try {
      return await withDeadline(pendingCalls.track(ask(keytar)), deadlineMs, () => {
        timeout = new HelperError(
          "keychain-silent",
          `the keychain did not respond within ${deadlineMs / 1000} s`,
        );
        throw timeout;
      });
    } catch (error) {
      throw isHelperError(error) ? error : failureOf(error, options.platform);
    }
  }

  return {
    async read(name) {
      const found = await call((keytar) => keytar.getPassword(SERVICE, name));
      return found === null ? undefined : new Secret(found);
    },
    write: (name, value) => call((keytar) => keytar.setPassword(SERVICE, name, value.reveal())),
    erase: (name) => call((keytar) => keytar.deletePassword(SERVICE, name)),
    async entries(...prefixes) {
      const found = await call((keytar) => keytar.findCredentials(SERVICE));
      return new Map(
        found
          .filter(({ account }) => prefixes.some((prefix) => account.startsWith(prefix)))
          .map(({ account, password }) => [account, new Secret(password)]),
      );
    },
  };
}

async function load(options: KeytarOptions): Promise<Keytar> {
  try {
    return await options.load();
  } catch (cause) {
    if (isHelperError(cause)) throw cause;
    throw new HelperError("keychain-missing", "the keychain's library cannot be loaded", { cause });
  }
}

/** keytar passes on only the platform's message. macOS has one for a locked keychain; everything else is a failure. */
function failureOf(cause: unknown, platform: string): HelperError {
  const text = cause instanceof Error ? printable(cause.message).trim().slice(0, LONGEST_TEXT) : "";
  if (platform === "darwin" && /interaction is not allowed/i.test(text)) {
    return new HelperError("keychain-locked", "the keychain is locked", {
      cause,
      hint: "run security unlock-keychain",
    });
  }
  return new HelperError(
    "keychain-failed",
    text === "" ? "the keychain failed" : `the keychain failed: ${text}`,
    {
      cause,
    },
  );
}
