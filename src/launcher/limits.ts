// The limits under which docr cannot start. Node would crash before docr's first line, with pages of text or with none.
import { canExecuteWritten } from "./memory.ts";
import { limitOf } from "./process.ts";

const PROCESSES = 6; // RLIMIT_NPROC
const OPEN_FILES = 7; // RLIMIT_NOFILE
const ADDRESS_SPACE = 9; // RLIMIT_AS

// Measured with Node 26.10: below these, it never starts. With a little more, it starts alone, but not everywhere.
const LEAST_PROCESSES = 3;
const LEAST_OPEN_FILES = 21;
const LEAST_ADDRESS_SPACE = 1_150_000_000;

/** Returns why docr cannot start, or undefined if nothing is known to be in its way. */
export function explainLimits(): string | undefined {
  if (limitOf(ADDRESS_SPACE) < LEAST_ADDRESS_SPACE)
    return "docr needs 1.2 GB of address space, and this process may not use that much; raise ulimit -v";
  if (limitOf(OPEN_FILES) < LEAST_OPEN_FILES)
    return "docr needs 64 open files, and this process may not open that many; raise ulimit -n";
  if (limitOf(PROCESSES) < LEAST_PROCESSES)
    return "docr needs 4 threads, and this user may not start that many; raise ulimit -u";
  if (!canExecuteWritten())
    return "docr needs memory that it can write and execute, which this service or system forbids; set MemoryDenyWriteExecute=no";
  return undefined;
}
