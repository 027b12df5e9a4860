/** Copies logins to docr's store, and removes them again if docr cannot change the clients' files. */
import type { Destination } from "./destination.ts";
import type { FoundLogin, StayingLogin } from "./found-logins.ts";

export interface StoreOutcome {
  /** In docr's store now. */
  readonly stored: readonly FoundLogin[];
  /** Those of them that were not there before. */
  readonly added: readonly FoundLogin[];
  readonly failed: readonly StayingLogin[];
}

/** Stores each login and reads it back. Throws, and stores none, if no login can be stored. */
export async function storeLogins(
  logins: readonly FoundLogin[],
  destination: Destination,
): Promise<StoreOutcome> {
  const stored: FoundLogin[] = [];
  const added: FoundLogin[] = [];
  const failed: StayingLogin[] = [];
  await orWithdraw(added, destination, async () => {
    for (const login of logins) {
      const outcome = await destination.store(login);
      if (typeof outcome === "object") failed.push(stayingOf(login, outcome.reason));
      else stored.push(login);
      if (outcome === "stored") added.push(login);
    }
  });
  return { stored, added, failed };
}

/** Runs the work. If it fails, removes the added logins from docr's store again. */
export async function orWithdraw<T>(
  added: readonly FoundLogin[],
  destination: Destination,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    for (const login of added) await destination.withdraw(login);
    throw error;
  }
}

export function stayingOf({ origin, key }: FoundLogin, reason: string): StayingLogin {
  return { origin, key, reason };
}
