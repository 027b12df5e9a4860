import { spawn } from "node:child_process";
import { once } from "node:events";

/** Perl, because Node cannot lock a folder. */
const SCRIPT = `
use Fcntl qw(:flock);
open(my $folder, "<", $ARGV[0]) or exit 0;
flock($folder, LOCK_EX | LOCK_NB);
syswrite(STDOUT, "held");
select(undef, undef, undef, $ARGV[1]);
`;

/**
 * Locks the folder for this long, as a launcher that has started docr does. Resolves when the lock is held, to a function that
 * releases it early. Locks nothing if the folder is missing.
 */
export async function holdLock(folder: string, ms: number): Promise<() => void> {
  const holder = spawn("perl", ["-e", SCRIPT, folder, String(ms / 1000)], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(holder.stdout, "readable");
  return () => void holder.kill();
}
