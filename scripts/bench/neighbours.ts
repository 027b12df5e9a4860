import { spawn } from "node:child_process";

/** Programs that keep one processor core busy each. */
export interface Neighbours {
  stop(): void;
}

/** Ends itself soon after this process has ended. */
const SPIN = 'while kill -0 "$1" 2>/dev/null; do i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; done';

export function startNeighbours(count: number): Neighbours {
  const children = Array.from({ length: count }, () =>
    spawn("/bin/sh", ["-c", SPIN, "sh", String(process.pid)], { stdio: "ignore" }),
  );
  return {
    stop() {
      for (const child of children) child.kill("SIGKILL");
    },
  };
}
