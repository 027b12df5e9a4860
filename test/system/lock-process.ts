/** Holds a lock in a process of its own. Arguments: the folder and the kind of clock. Answers each line on stdin with `held` or `lost`. */
import { createInterface } from "node:readline";
import { createLocks } from "../../src/system/locks.ts";

const [, , folder = "", clock] = process.argv;
if (clock === "backwards") {
  let now = Date.now();
  Date.now = () => (now -= 3_600_000);
}
const monotonicMs = (): number => Number(process.hrtime.bigint() / 1_000_000n);
const locks = createLocks({ folder: () => folder, uid: process.getuid?.(), monotonicMs });
const lock = await locks.acquire("test", 0);
process.stdout.write(lock ? "held\n" : "busy\n");
for await (const _ of createInterface(process.stdin))
  process.stdout.write(lock?.isHeld() ? "held\n" : "lost\n");
