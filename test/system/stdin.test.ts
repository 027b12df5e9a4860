import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { call } from "../launcher/call.ts";
import { responseWith, cachedResponse, responseNameFor } from "../launcher/cached-response.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable, NAMED_PROGRAMS } from "../support/lab/executable.ts";
import { explainMissing, SYSTEM_PATH } from "../support/lab/parts.ts";

const HOST = "registry.digitalocean.com";
/** Ends with the flags of the pipe that the program had as its stdin. */
const FLAGS = `
use Fcntl; pipe(my $out, my $in); syswrite($in, "${HOST}");
if (!fork) { open(STDIN, "<&", $out); close($in); exec($ARGV[0], "get"); }
close($in); wait; exit((fcntl($out, F_GETFL, 0) & O_NONBLOCK) ? 1 : 0);
`;

describeUnless(explainNoExecutable() ?? explainMissing(["perl"]), "stdin", () => {
  let folder: string;
  let env: Readonly<Record<string, string>>;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "docr-stdin-"));
    const run = join(folder, "run");
    for (const path of [run, join(run, "docr"), join(folder, "home")]) mkdirSync(path, { mode: 0o700 });
    env = { PATH: SYSTEM_PATH, HOME: join(folder, "home"), XDG_RUNTIME_DIR: run };
    writeFileSync(join(run, "docr", responseNameFor(env)), cachedResponse("finished"), { mode: 0o600 });
    writeFileSync(join(folder, "lines"), `the first line\n${HOST}\n`);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const ways = {
    "a pipe that is closed before the program starts": `printf ${HOST} | { sleep 0.1; exec "$0" get; }`,
    "a pipe that gets a piece at a time": `{ printf registry.; sleep 0.2; printf digitalocean; sleep 0.2; printf .com; } | "$0" get`,
    "a pipe that is closed late": `{ printf ${HOST}; sleep 0.3; } | "$0" get`,
    "a named pipe": `mkfifo fifo; { sleep 0.1; printf ${HOST}; } >fifo & "$0" get <fifo; rm fifo`,
    "a file": `sed -n 2p lines >second; "$0" get <second`,
    "a file of which a line was read before": `{ read -r line; "$0" get; } <lines`,
  };

  for (const [way, script] of Object.entries(ways)) {
    it.each(NAMED_PROGRAMS)(`is read to its end from ${way}: %s`, async (_name, program) => {
      const request = { args: ["-c", `cd '${folder}'; ${script}`, program], input: Buffer.from(""), env };
      const { stdout, stderr } = await call("/bin/sh", request);
      expect([stdout, stderr]).toEqual([responseWith("finished"), ""]);
    });
  }

  it.each(NAMED_PROGRAMS)("keeps the flags of the client's pipe: %s", async (_name, program) => {
    const { ending, stdout } = await call("/usr/bin/perl", {
      args: ["-e", FLAGS, program],
      input: Buffer.from(""),
      env,
    });
    expect([ending, stdout]).toEqual([0, responseWith("finished")]);
  });
});
