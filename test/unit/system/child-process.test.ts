import { expect, it } from "vitest";
import { runChild, type ChildOptions } from "../../../src/system/child-process.ts";
import { describeUnless } from "../../support/lab/describe.ts";
import { explainWindows } from "../../support/lab/parts.ts";

const OPTIONS: ChildOptions = {
  args: [],
  input: "",
  stdout: "capture",
  stderr: "ignore",
  env: { PATH: "/usr/bin:/bin" },
};
const runScript = (script: string, options: Partial<ChildOptions> = {}) =>
  runChild("/bin/sh", { ...OPTIONS, args: ["-c", script], ...options });

describeUnless(explainWindows(), "a child process", () => {
  it("gets arguments, input and environment, and returns its output and exit code", async () => {
    const env = { PATH: "/usr/bin:/bin", NAME: "value" };
    expect(await runScript('echo "$NAME $(cat)"; exit 3', { input: "input", env })).toEqual({
      stdout: "value input\n",
      stderr: "",
      exitCode: 3,
    });
  });

  it("returns its errors if they are captured", async () => {
    expect(await runScript("echo reason >&2", { stderr: "capture" })).toMatchObject({
      stdout: "",
      stderr: "reason\n",
    });
  });

  it("may exit before it has read its input", async () => {
    expect(await runScript("exit 0", { input: "x".repeat(1024 * 1024) })).toEqual({
      stdout: "",
      stderr: "",
      exitCode: 0,
    });
  });

  it("is killed after its timeout, even if a process that it started lives on", async () => {
    const started = performance.now();
    const result = await runScript("sleep 2 & echo early; sleep 3", { timeoutMs: 300 });
    expect(result).toEqual({ stdout: "early\n", stderr: "", exitCode: undefined });
    expect(performance.now() - started).toBeLessThan(1_900);
  });

  it("is found after an entry of PATH that cannot be searched, under its own name", async () => {
    const env = { PATH: `/${"x".repeat(300)}:/usr/bin:/bin` };
    const result = await runChild("sh", { ...OPTIONS, env, args: ["-c", 'echo "$0"'] });
    expect(result).toEqual({ stdout: "sh\n", stderr: "", exitCode: 0 });
  });

  it("rejects with the system's error if it cannot be started", async () => {
    await expect(runChild("/nowhere/at-all", OPTIONS)).rejects.toMatchObject({ code: "ENOENT" });
  });
});
