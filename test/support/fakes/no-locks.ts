import type { Locks } from "../../../src/core/locks.ts";

/** A machine without a place for locks. */
export const NO_LOCKS: Locks = { acquire: async () => undefined };
