import { execFileSync, spawn } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createOutput } from "../../../src/system/stdout.ts";
import { describeUnless } from "../../support/lab/describe.ts";
import { explainNotLinux, explainWindows } from "../../support/lab/parts.ts";

const CAPACITY = 65_536;

describeUnless(explainWindows(), "text for a non-blocking pipe", () => {
  let folder: string;
  let reader: number;
  let writer: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "docr-out-"));
    const path = join(folder, "pipe");
    execFileSync("mkfifo", [path]);
    reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  });
  afterEach(() => {
    closeSync(writer);
    rmSync(folder, { recursive: true });
  });

  const received = (): number => readSync(reader, Buffer.alloc(2 * CAPACITY));

  it("is written whole", () => {
    const output = createOutput(writer, 1_000);
    output.write("text");
    expect([received(), output.failure()]).toEqual([4, undefined]);
    closeSync(reader);
  });

  it("is given up if the pipe is full and its reader takes nothing", () => {
    writeSync(writer, "x".repeat(CAPACITY));
    const output = createOutput(writer, 100);
    const started = performance.now();
    output.write("text");
    const ms = performance.now() - started;
    expect(output.failure()).toBe("EAGAIN");
    expect(ms).toBeGreaterThan(90);
    expect(ms).toBeLessThan(2_000);
    closeSync(reader);
  });

  it("is not waited for again after that", () => {
    writeSync(writer, "x".repeat(CAPACITY));
    const output = createOutput(writer, 100);
    const started = performance.now();
    for (let count = 0; count < 100; count += 1) output.write("text");
    expect(performance.now() - started).toBeLessThan(2_000);
    closeSync(reader);
  });

  it("reaches a slow reader that goes on reading", async () => {
    const child = spawn(
      "sh",
      ["-c", "for i in 1 2 3 4; do sleep 0.1; head -c 65536 >/dev/null; done; cat >/dev/null"],
      {
        stdio: [reader, "ignore", "inherit"],
      },
    );
    closeSync(reader);
    const output = createOutput(writer, 1_000);
    output.write("x".repeat(4 * CAPACITY));
    expect(output.failure()).toBe(undefined);
    child.kill();
  });

  it("is lost if the reader has closed the pipe", () => {
    closeSync(reader);
    const output = createOutput(writer, 1_000);
    output.write("text");
    expect(output.failure()).toBe("EPIPE");
  });
});

describeUnless(explainNotLinux(), "text for a full disk", () => {
  it("is lost", () => {
    const fd = openSync("/dev/full", "w");
    const output = createOutput(fd, 1_000);
    output.write("text");
    expect(output.failure()).toBe("ENOSPC");
    closeSync(fd);
  });
});
