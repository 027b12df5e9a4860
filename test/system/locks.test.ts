import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Locks } from "../../src/core/locks.ts";
import { createLocks } from "../../src/system/locks.ts";
import { describeUnless } from "../support/lab/describe.ts";

const ENTRY = join(import.meta.dirname, "lock-process.ts");
const reason = process.platform === "win32" ? "Windows has no SIGSTOP" : undefined;

interface Bench {
  readonly locks: Locks;
  /** Starts a process that tries to lock the same lock. */
  readonly startProcess: (clock?: "backwards") => Promise<LockProcess>;
}

interface LockProcess {
  readonly first: string;
  signal(name: NodeJS.Signals): void;
  /** Asks whether the process still holds the lock. */
  ask(): Promise<string>;
}

const monotonicMs = (): number => Number(process.hrtime.bigint() / 1_000_000n);

async function nextLine({ stdout }: ChildProcessWithoutNullStreams): Promise<string> {
  const [chunk]: unknown[] = await once(stdout, "data");
  return String(chunk).trim();
}

function withLocks(body: (bench: Bench) => Promise<void>): () => Promise<void> {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), "docr-locks-"));
    const children: ChildProcessWithoutNullStreams[] = [];
    try {
      await body({
        locks: createLocks({ folder: () => folder, uid: process.getuid?.(), monotonicMs }),
        async startProcess(clock) {
          const child = spawn(process.execPath, [ENTRY, folder, clock ?? "right"], { stdio: "pipe" });
          children.push(child);
          const first = await nextLine(child);
          return {
            first,
            signal: (name) => void child.kill(name),
            ask() {
              child.stdin.write("\n");
              return nextLine(child);
            },
          };
        },
      });
    } finally {
      for (const child of children) child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

describeUnless(reason, "a lock that another process holds", () => {
  it.concurrent(
    "is taken from a stopped process after 3 s, and the process learns that when it continues",
    withLocks(async ({ locks, startProcess }) => {
      const holder = await startProcess();
      expect(holder.first).toBe("held");
      holder.signal("SIGSTOP");
      const started = performance.now();
      using lock = await locks.acquire("test", 10_000);
      const ms = performance.now() - started;
      expect(lock).toMatchObject({ wasTaken: true, waitedSince: expect.any(Number) });
      expect(ms).toBeGreaterThan(2900);
      expect(ms).toBeLessThan(6000);
      holder.signal("SIGCONT");
      expect([await holder.ask(), lock?.isHeld()]).toEqual(["lost", true]);
      // A later process waits for the new holder.
      expect((await startProcess()).first).toBe("busy");
    }),
  );

  it.concurrent(
    "is taken by one of many waiting processes, and the others wait for that one",
    withLocks(async ({ locks, startProcess }) => {
      const holder = await startProcess();
      holder.signal("SIGSTOP");
      let held = 0;
      let most = 0;
      const work = async (): Promise<void> => {
        using lock = await locks.acquire("test", 30_000);
        expect(lock?.isHeld()).toBe(true);
        held += 1;
        most = Math.max(most, held);
        await new Promise((resolve) => setTimeout(resolve, 5));
        held -= 1;
      };
      await Promise.all(Array.from({ length: 40 }, work));
      expect(most).toBe(1);
    }),
  );

  it.concurrent.each([undefined, "backwards"] as const)(
    "is not taken from a process that works for 5 s (clock: %s)",
    async (clock) => {
      await withLocks(async ({ locks, startProcess }) => {
        const holder = await startProcess(clock);
        expect(await locks.acquire("test", 5_000)).toBeUndefined();
        expect(await holder.ask()).toBe("held");
      })();
    },
  );

  it.concurrent(
    "is free as soon as the process is killed",
    withLocks(async ({ locks, startProcess }) => {
      const holder = await startProcess();
      holder.signal("SIGKILL");
      using lock = await locks.acquire("test", 1_000);
      expect(lock).toMatchObject({ wasTaken: false });
    }),
  );

  it.concurrent(
    "is not released when the holder itself tries to acquire it again",
    withLocks(async ({ locks, startProcess }) => {
      using lock = await locks.acquire("test", 0);
      expect(await locks.acquire("test", 50)).toBeUndefined();
      expect(lock?.isHeld()).toBe(true);
      expect((await startProcess()).first).toBe("busy");
    }),
  );
});
