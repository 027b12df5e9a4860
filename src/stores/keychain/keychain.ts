import { withDeadline } from "../../core/deadline.ts";
import { HelperError, isHelperError } from "../../core/errors.ts";
import type { SecretStore } from "../../core/secret-store.ts";
import { Secret } from "../../core/secret.ts";
import type { PendingCalls } from "../../system/pending-calls.ts";

/** The part of keytar that docr uses. Its functions reject with the platform's own messages. */
export interface Keytar {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
  findCredentials(service: string): Promise<{ account: string; password: string }[]>;
}

export interface KeychainOptions {
  /** Loads keytar at the first use. Rejects if its libraries are not installed. */
  readonly load: () => Promise<Keytar>;
  /** Time limit of one call. libsecret itself waits for minutes if the daemon hangs. */
  readonly deadlineMs: number;
  /**
   * Set for libsecret. It reports "no such item" for a locked collection, and its search of one crashes the process. docr then
   * believes "no such item" only after it has read or written its own check item.
   */
  readonly mayHideLocked: boolean;
  /** How to unlock the keychain on this platform, for a hint. */
  readonly unlockHint: string;
  /** Counts the calls that are still inside keytar. */
  readonly pendingCalls: PendingCalls;
}

/** The service name of every item. On Windows, keytar searches by prefix, so no other program may use a name that starts with it. */
export const SERVICE = "docker-credential-docr";
/** The item that proves that the collection is unlocked. It contains no secret. */
const CHECK = "check";

export function createKeychain(options: KeychainOptions): SecretStore {
  const { deadlineMs, pendingCalls } = options;
  let loaded: Promise<Keytar> | undefined;
  let timeout: HelperError | undefined;
  let isUnlocked = !options.mayHideLocked;

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
      throw isHelperError(error) ? error : translate(error, options.unlockHint);
    }
  }

  /** Reads the check item. If it does not exist, writes it: writing fails in a locked collection. */
  async function proveUnlocked(): Promise<void> {
    if (isUnlocked) return;
    const found = await call((keytar) => keytar.getPassword(SERVICE, CHECK));
    if (found === null) await call((keytar) => keytar.setPassword(SERVICE, CHECK, "unlocked"));
    isUnlocked = true;
  }

  return {
    async read(name) {
      const found = await call((keytar) => keytar.getPassword(SERVICE, name));
      if (found !== null) return new Secret(found);
      await proveUnlocked();
      return undefined;
    },
    async write(name, value) {
      await call((keytar) => keytar.setPassword(SERVICE, name, value.reveal()));
      await proveUnlocked();
    },
    async erase(name) {
      const isErased = await call((keytar) => keytar.deletePassword(SERVICE, name));
      if (!isErased) await proveUnlocked();
      return isErased;
    },
    async entries(...prefixes) {
      await proveUnlocked();
      const found = await call((keytar) => keytar.findCredentials(SERVICE));
      return new Map(
        found
          .filter(({ account }) => prefixes.some((prefix) => account.startsWith(prefix)))
          .map(({ account, password }) => [account, new Secret(password)]),
      );
    },
  };
}

async function load(options: KeychainOptions): Promise<Keytar> {
  try {
    return await options.load();
  } catch (cause) {
    if (isHelperError(cause)) throw cause;
    throw new HelperError("keychain-missing", "the keychain's library cannot be loaded", { cause });
  }
}

/** Derives the code from the platform's message. The message itself goes only into `cause`. */
function translate(cause: unknown, unlockHint: string): HelperError {
  const text = cause instanceof Error ? cause.message : "";
  if (/\block(ed)?\b|interaction is not allowed|dismissed/i.test(text)) {
    return new HelperError("keychain-locked", "the keychain is locked", { cause, hint: unlockHint });
  }
  if (
    /autolaunch|could not connect|not provided by any|no such (file|object)|does not exist|exited with/i.test(
      text,
    )
  ) {
    return new HelperError("keychain-missing", "there is no keychain in this session", { cause });
  }
  return new HelperError("keychain-failed", "the keychain failed", { cause });
}
