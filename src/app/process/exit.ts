import { findOwnProgram, type OwnCommand } from "./own-command.ts";

/** Hidden first argument: exit at once with the code that follows. */
const LEAVE = "--leave-with";
/** After this long, a call may be stuck in a system library. */
const SUSPICIOUS_NS = 4_000_000_000n;

type Leaving = Pick<NodeJS.Process, "execve" | "exit">;

/**
 * Ends the process. An orderly exit waits for libuv's threads, and one of them may wait for a keychain or a name server
 * that never responds. Replacing the process image does not wait.
 */
export function leave(
  node: Leaving,
  own: Pick<OwnCommand, "program" | "args" | "executable">,
  code: number,
  state: { readonly isStuck: boolean; readonly elapsedNs: bigint },
): never {
  if ((state.isStuck || state.elapsedNs > SUSPICIOUS_NS) && node.execve) {
    const program = findOwnProgram(own);
    if (program !== undefined) node.execve(program, [own.program, ...own.args, LEAVE, String(code)], {});
  }
  return node.exit(code);
}

/** Returns the exit code if the arguments ask docr only to exit. Otherwise returns undefined. */
export function immediateExitCode([first, code = ""]: readonly string[]): number | undefined {
  return first === LEAVE && /^\d{1,3}$/.test(code) ? Number(code) : undefined;
}

/** On SIGINT or SIGTERM, restores the terminal and exits. Returns a function that stops listening. */
export function onInterrupt(
  node: Pick<NodeJS.Process, "on" | "off">,
  restore: () => void,
  exit: (code: number) => void,
): () => void {
  const codes = { SIGINT: 130, SIGTERM: 143 } as const;
  const end = (signal: keyof typeof codes): void => {
    restore();
    exit(codes[signal]);
  };
  node.on("SIGINT", end).on("SIGTERM", end);
  return () => void node.off("SIGINT", end).off("SIGTERM", end);
}
