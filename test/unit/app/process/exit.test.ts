import { describe, expect, it, vi } from "vitest";
import { immediateExitCode, leave } from "../../../../src/app/process/exit.ts";

function leaveWith(isStuck: boolean, elapsedNs: bigint) {
  const execve = vi.fn<(file: string, args?: readonly string[], env?: NodeJS.ProcessEnv) => never>();
  const exit = vi.fn<(code?: number | string | null) => never>();
  leave({ execve, exit }, { program: process.execPath, args: [], executable: process.execPath }, 3, {
    isStuck,
    elapsedNs,
  });
  return { replaced: execve.mock.calls, exited: exit.mock.calls };
}

describe("the end of a process", () => {
  it("is an ordinary one if no call can be stuck", () => {
    expect(leaveWith(false, 1n)).toEqual({ replaced: [], exited: [[3]] });
  });

  it.each([
    [true, 1n],
    [false, 5_000_000_000n],
  ])(
    "replaces the process with one that only exits with the code (stuck: %s, after %s ns)",
    (isStuck, ns) => {
      const [[, args = [], env] = []] = leaveWith(isStuck, ns).replaced;
      expect([immediateExitCode(args.slice(1)), env]).toEqual([3, {}]);
    },
  );
});
