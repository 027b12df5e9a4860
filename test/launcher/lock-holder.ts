import { spawn } from "node:child_process";
import { once } from "node:events";

/** Perl, as for the stub: it can lock a folder. */
const SCRIPT = `
use Fcntl qw(:flock);
open(my $folder, "<", $ARGV[0]) or exit 0;
flock($folder, LOCK_EX | LOCK_NB);
syswrite(STDOUT, "held");
select(undef, undef, undef, $ARGV[1]);
`;

/**
 * Holds the turn at the folder for so long, as a launcher does that has started docr. Resolves when it is held, to what ends it
 * before. Nothing is held where the folder is not there.
 */
export async function holdLock(folder: string, ms: number): Promise<() => void> {
  const holder = spawn("perl", ["-e", SCRIPT, folder, String(ms / 1000)], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(holder.stdout, "readable");
  return () => void holder.kill();
}
