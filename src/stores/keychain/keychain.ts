import { HelperError, isHelperError } from "../../core/errors.ts";
import type { SecretStore } from "../../core/secret-store.ts";
import { Secret } from "../../core/secret.ts";

/** What we use of keytar; its functions reject with the platform's words. */
export interface Keytar {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
  findCredentials(service: string): Promise<{ account: string; password: string }[]>;
}

export interface KeychainOptions {
  /** Loads keytar at the first use; rejects where its libraries are not on the machine. */
  readonly load: () => Promise<Keytar>;
  /** How long one call may take, in milliseconds. libsecret waits for minutes on a daemon that is stuck. */
  readonly deadlineMs: number;
  /**
   * Set for libsecret, which answers "nothing there" for a locked collection and crashes the process when
   * asked to search one: nothing found is believed only once an item of our own shows that it is unlocked.
   */
  readonly mayHideLocked: boolean;
}

/** The OS keychain; `isStuck` says whether a call is still waiting inside the platform's library. */
export interface Keychain extends SecretStore {
  isStuck(): boolean;
}

/** Every item's service. No other program's service name may start with it (keytar searches by prefix on Windows). */
export const SERVICE = "docker-credential-docr";
/** The item that shows that the collection is unlocked; it holds no secret. */
const CHECK = "check";

export function createKeychain(options: KeychainOptions): Keychain {
  let loaded: Promise<Keytar> | undefined;
  let waiting = 0;
  let silent: HelperError | undefined;
  let unlocked = !options.mayHideLocked;

  async function call<T>(work: (keytar: Keytar) => Promise<T>): Promise<T> {
    // One deadline is enough: who did not answer once is not asked again in this process.
    if (silent) throw silent;
    loaded ??= load(options);
    const keytar = await loaded;
    waiting += 1;
    const answer = work(keytar).finally(() => (waiting -= 1));
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const seconds = options.deadlineMs / 1000;
        silent = new HelperError("keychain-silent", `the keychain did not answer within ${seconds} s`);
        reject(silent);
      }, options.deadlineMs);
    });
    try {
      return await Promise.race([answer, deadline]);
    } catch (error) {
      throw isHelperError(error) ? error : translate(error);
    } finally {
      clearTimeout(timer);
      answer.catch(() => undefined);
    }
  }

  /** Reading the item proves it; where it is not there yet, writing it does: that fails on a locked one. */
  async function proveUnlocked(): Promise<void> {
    if (unlocked) return;
    const there = await call((keytar) => keytar.getPassword(SERVICE, CHECK));
    if (there === null) await call((keytar) => keytar.setPassword(SERVICE, CHECK, "unlocked"));
    unlocked = true;
  }

  return {
    isStuck: () => waiting > 0,
    async read(name) {
      const kept = await call((keytar) => keytar.getPassword(SERVICE, name));
      if (kept !== null) return new Secret(kept);
      await proveUnlocked();
      return undefined;
    },
    async write(name, value) {
      await call((keytar) => keytar.setPassword(SERVICE, name, value.reveal()));
      await proveUnlocked();
    },
    async erase(name) {
      const erased = await call((keytar) => keytar.deletePassword(SERVICE, name));
      if (!erased) await proveUnlocked();
      return erased;
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
    throw new HelperError("keychain-missing", "no keychain: its library could not be loaded", { cause });
  }
}

/** The platform's own words, sorted. They name no secret, but are kept out of the message all the same. */
function translate(cause: unknown): HelperError {
  const words = cause instanceof Error ? cause.message : "";
  if (/\block(ed)?\b|interaction is not allowed|dismissed/i.test(words)) {
    return new HelperError("keychain-locked", "the keychain is locked", { cause });
  }
  if (
    /autolaunch|could not connect|not provided by any|no such (file|object)|does not exist|exited with/i.test(
      words,
    )
  ) {
    return new HelperError("keychain-missing", "there is no keychain in this session", { cause });
  }
  return new HelperError("keychain-failed", "the keychain failed", { cause });
}
