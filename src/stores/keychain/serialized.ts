import { type HelperError, isHelperError } from "../../core/errors.ts";
import type { Turns } from "../../credentials/ports.ts";
import type { SecretStore } from "../../core/secret-store.ts";

/**
 * For another's turn, in milliseconds: a little more than a call may take, so that one who waits learns that the
 * keychain is silent instead of finding out anew. Then on without, as somebody else's programs do.
 */
const PATIENCE_MS = 5_500;

/**
 * Lets this user's processes search and change the keychain one after another. libsecret's search first lists the items
 * and then reads each: one that is erased in between crashes the process (seen with 240 parallel verbs: 12
 * crashes). Reading one item by its name needs no turn.
 */
export function inTurns(store: SecretStore, turns: Turns): SecretStore {
  let silent: HelperError | undefined;
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    // Who has learnt it once does not wait for it again.
    if (silent) throw silent;
    const turn = await turns.take("keychain", PATIENCE_MS);
    try {
      if (turn?.failure) throw turn.failure;
      return await work();
    } catch (error) {
      if (isHelperError(error) && error.code === "keychain-silent") {
        silent = error;
        await turn?.shareFailure(error);
      }
      throw error;
    } finally {
      turn?.end();
    }
  };
  return {
    async read(name) {
      if (silent) throw silent;
      return store.read(name);
    },
    write: (name, value) => inTurn(() => store.write(name, value)),
    erase: (name) => inTurn(() => store.erase(name)),
    entries: (...prefixes) => inTurn(() => store.entries(...prefixes)),
  };
}
