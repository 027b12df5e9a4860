import { chownSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { userEnvironment } from "../../src/app/invocation.ts";
import { HELPER_FLAG } from "../../src/response-cache/shared/helper-flag.ts";
import { describeUnless, itUnless } from "../support/lab/describe.ts";
import { DOCR, LAUNCHER, explainNoLauncher, NAMED_PROGRAMS } from "../support/lab/executable.ts";
import { explainMissing, explainNotRoot, SYSTEM_PATH } from "../support/lab/parts.ts";
import { run } from "../support/lab/run.ts";
import { type Bench, FALLBACK, HOST, openBench } from "./launcher-bench.ts";
import { call, type Request } from "./call.ts";
import { cachedResponse, noteNameFor, validAround } from "./cached-response.ts";
import { explainNoStub, stubError, stubOutput, variablesIn } from "./stub.ts";

const KILOBYTES_AT_MOST = 4096;

const reason = explainNoLauncher() ?? explainNoStub();

describeUnless(reason, "the launcher", () => {
  let bench: Bench;
  beforeEach(() => {
    bench = openBench();
  });
  afterEach(() => bench.close());

  const shell = (script: string, program: string, input = HOST): ReturnType<typeof call> =>
    call("/bin/sh", { args: ["-c", script, program], input: Buffer.from(input), env: bench.env });

  const kilobytes = async (input: string, env = bench.env): Promise<number> => {
    const outcome = await run("/usr/bin/time", ["-f", "%M", bench.launcher, "get"], { env, stdin: input });
    return Number(outcome.stderr.trim().split("\n").at(-1));
  };

  it("responds to a get from the response cache, without docr", async () => {
    bench.cacheResponse();
    expect(await bench.ask(["get"], HOST)).toMatchObject({ ending: 0, stdout: bench.response, stderr: "" });
    expect(await bench.ask(["get"], `\n ${HOST}\n`)).toMatchObject({ ending: 0, stdout: bench.response });
  });

  it.each([
    ["a get of DigitalOcean's registry without a cached response", ["get"], HOST],
    ["a get of another host", ["get"], "ghcr.io"],
    ["another action", ["list"], ""],
    ["no argument", [], ""],
  ])("reports in one line that docr is missing: %s", async (_what, args, input) => {
    const { ending, stdout, stderr } = await bench.ask(args, input);
    expect(ending).toBe(1);
    expect(stdout).toMatch(/^\/[^\n]*\/docr cannot be run; install it again\n$/);
    expect(stderr).toBe(`docr: ${stdout}`);
  });

  it.each([
    ["no argument", []],
    ["list", ["list"]],
    ["two arguments", ["get", "get"]],
    ["an empty one", [""]],
    ["get with a space", ["get "]],
    ["odd ones", ["ü日本", "a\nb", "--", "-", "--help", "$HOME", "*", "'", '"', "\\"]],
    ["a hundred", Array.from({ length: 100 }, (_, i) => `argument ${i}`)],
    ["a long one", ["x".repeat(100_000)]],
  ])("passes on arguments, environment and stdin unchanged: %s", async (_title, args) => {
    bench.putStub(0);
    const oddVariables = { EMPTY: "", LINES: "a\nb\n", ODD: "ü=日本=", LONG: "y".repeat(50_000) };
    const request: Request = {
      args,
      input: Buffer.from("some\0 input\n\xff"),
      env: { ...bench.env, ...oddVariables },
    };
    const answer = await call(bench.launcher, request);
    expect(answer.stderr).toBe(stubError("docr"));
    expect(answer.stdout === stubOutput("docr", request)).toBe(true);
  });

  it.each([0, 1, 7, 255])("exits with docr's exit code %i", async (code) => {
    bench.putStub(code);
    for (const args of [["get"], ["store"]]) {
      expect((await bench.ask(args, "ghcr.io")).ending).toBe(code);
    }
  });

  it("passes on the stdin that it has read, to the last byte up to the limit", async () => {
    bench.putStub(0);
    for (const length of [0, 1, 4096, 65_535, 65_536]) {
      const request: Request = { args: ["get"], input: Buffer.alloc(length, "gh"), env: bench.env };
      expect((await call(bench.launcher, request)).stdout === stubOutput("docr", request), `${length}`).toBe(
        true,
      );
    }
  });

  it("passes on a stdin of 5 MB for every action except get", async () => {
    bench.putStub(0);
    const request: Request = { args: ["store"], input: Buffer.alloc(5_000_000, "0123"), env: bench.env };
    expect((await call(bench.launcher, request)).stdout === stubOutput("docr", request)).toBe(true);
  });

  it("passes on environment variables that are not text", async () => {
    bench.putStub(0);
    const script = `exec env ODD="$(printf '\\377\\200')" "$0" list`;
    const answer = await call("/bin/sh", {
      args: ["-c", script, bench.launcher],
      input: Buffer.from(""),
      env: bench.env,
    });
    expect(answer.stdout).toContain("\0ODD=\xff\x80\0");
  });

  it("finds docr next to its real path when it is started through a symlink, a relative path or the PATH", async () => {
    bench.putStub(7);
    const links = join(bench.folder, "links");
    mkdirSync(links);
    symlinkSync(relative(links, bench.launcher), join(links, "first"));
    symlinkSync(join(links, "first"), join(links, "docker-credential-docr"));
    const inPath = { ...bench.env, PATH: `${links}:${bench.env["PATH"] ?? ""}` };
    const options = { input: Buffer.from(""), env: inPath, args: ["list"] };
    expect((await call(join(links, "docker-credential-docr"), options)).ending).toBe(7);
    expect((await call("docker-credential-docr", options)).ending).toBe(7);
    const script = `cd "$0" && exec ./docker-credential-docr list`;
    expect((await call("/bin/sh", { ...options, args: ["-c", script, links] })).ending).toBe(7);
  });

  it("passes on no descriptor that it opened itself, except the lock that docr then holds", async () => {
    const script = join(bench.folder, "bin", "docr");
    writeFileSync(
      script,
      `#!/usr/bin/perl\nprint readlink($_) ? readlink($_) . "\\n" : "" for </proc/$$/fd/*>;\n`,
      {
        mode: 0o755,
      },
    );
    bench.cacheResponse(bench.env, "not a response");
    const openIn = async (program: string, input: string): Promise<readonly string[]> => {
      const request = { args: ["get"], input: Buffer.from(input), env: bench.env };
      const { stdout } = await call(program, request);
      // Without stdin, which the launcher may replace with a pipe.
      return stdout
        .split("\n")
        .slice(1)
        .map((path) => path.replace(/\d+/, ""));
    };
    expect(await openIn(bench.launcher, "ghcr.io")).toEqual(await openIn(script, "ghcr.io"));
    const lock = join(bench.folder, "run");
    const withLock = await openIn(bench.launcher, HOST);
    expect(withLock.filter((path) => path !== lock.replace(/\d+/, ""))).toEqual(await openIn(script, HOST));
    expect(withLock).toHaveLength((await openIn(script, HOST)).length + 1);
  });

  it("passes on 1 MB on stdout and 1 MB on stderr", async () => {
    const script = `#!/usr/bin/perl\nprint STDOUT "o" x 1_000_000; print STDERR "e" x 1_000_000; exit 0;\n`;
    writeFileSync(bench.docr, script, { mode: 0o755 });
    const answer = await bench.ask(["get"], HOST);
    expect([answer.stdout.length, answer.stderr.length, answer.ending]).toEqual([1e6, 1e6, 0]);
  });

  it("becomes docr: the client sees the same process, and the signal that ends it", async () => {
    for (const signal of ["SIGKILL", "SIGTERM"]) {
      writeFileSync(bench.docr, `#!/bin/sh\necho $$\nkill -${signal.slice(3)} $$\n`, { mode: 0o755 });
      const script = `echo $$; exec "$0" get`;
      const { ending, stdout } = await shell(script, bench.launcher);
      const [launcher, docr] = stdout.split("\n");
      expect([ending, docr]).toEqual([signal, launcher]);
    }
  });

  it("starts docr without the variables that Node and the C library read, and passes them on under other names", async () => {
    bench.putStub(0);
    const held = { NODE_V8_COVERAGE: "/nowhere", OPENSSL_CONF: "ü=日本", LD_DEBUG: "", GLIBC_TUNABLES: "x" };
    const request: Request = { args: ["get"], input: Buffer.from(HOST), env: { ...bench.env, ...held } };
    const { stdout } = await call(bench.launcher, request);
    const { DOCR_HELD: names = "", ...passed } = variablesIn(stdout);
    expect(names.split(",").toSorted()).toEqual(Object.keys(held).toSorted());
    expect(passed).toEqual({
      ...bench.env,
      ...Object.fromEntries(Object.entries(held).map(([name, value]) => [`DOCR_HELD_${name}`, value])),
    });
    expect(userEnvironment(variablesIn(stdout))).toEqual(request.env);
  });

  it("starts the fallback helper with all of them", async () => {
    const env = { ...bench.noteFallback(3), NODE_DEBUG: "http", OPENSSL_CONF: "/nowhere" };
    bench.noteFallback(3);
    const request: Request = { args: ["get"], input: Buffer.from("ghcr.io"), env };
    const answer = await call(bench.launcher, request);
    const name = `docker-credential-${FALLBACK}`;
    expect(answer.stdout === stubOutput(name, request, { DOCR_BESIDE: "1" })).toBe(true);
  });

  it("leaves no core file: docr and what it starts get a limit of 0, and an empty filter", async () => {
    const lines = ["#!/bin/sh", "ulimit -c", 'cat "/proc/$$/coredump_filter"', "ulimit -Hc"];
    writeFileSync(bench.docr, `${lines.join("\n")}\n`, { mode: 0o755 });
    const { stdout } = await shell(`ulimit -c unlimited; exec "$0" get`, bench.launcher);
    expect(stdout).toBe("0\n00000000\nunlimited\n");
  });

  it.each(["DIGITALOCEAN_ACCESS_TOKEN_FILE", "DOCR_LOG", "DOCR_BESIDE"])(
    "runs docr for everything with %s set, even to an empty value",
    async (name) => {
      bench.putStub(7);
      for (const value of ["", "/nowhere"]) {
        const env = { ...bench.noteFallback(3), [name]: value };
        bench.cacheResponse(env);
        expect((await bench.ask(["get"], HOST, env)).ending).toBe(7);
        expect((await bench.ask(["get"], "ghcr.io", env)).ending).toBe(7);
      }
    },
  );

  describe("with the note of a fallback helper", () => {
    it("runs the fallback helper for another host with the client's own request and DOCR_BESIDE, without docr", async () => {
      const env = bench.noteFallback(3);
      for (const host of ["ghcr.io", "https://index.docker.io/v1/\n"]) {
        const request: Request = { args: ["get"], input: Buffer.from(host), env };
        const answer = await call(bench.launcher, request);
        const name = `docker-credential-${FALLBACK}`;
        expect(answer.ending).toBe(3);
        expect(answer.stderr).toBe(stubError(name));
        expect(answer.stdout === stubOutput(name, request, { DOCR_BESIDE: "1" })).toBe(true);
      }
    });

    it("finds the helper behind every other entry of PATH, and never in the current directory", async () => {
      const env = bench.noteFallback(3);
      const folder = join(bench.folder, "path");
      const bad = [
        `/${"x".repeat(300)}`,
        "/nowhere",
        "/etc/passwd",
        `/${"y/".repeat(3000)}`,
        "",
        ".",
        "path",
      ];
      const withPath = (entries: readonly string[]) =>
        call(bench.launcher, {
          args: ["get"],
          input: Buffer.from("ghcr.io"),
          env: { ...env, PATH: entries.join(":") },
          cwd: folder,
        });
      expect((await withPath([...bad, folder, SYSTEM_PATH])).ending).toBe(3);
      bench.putStub(7);
      expect((await withPath([...bad, SYSTEM_PATH])).ending).toBe(7);
    });

    it("runs docr for DigitalOcean's registry, other actions, other environments and odd addresses", async () => {
      bench.putStub(7);
      const env = bench.noteFallback(3);
      for (const input of [HOST, `https://${HOST}`, `${HOST}.evil.example`, "me@ghcr.io", "", "ghcr.io\nx"]) {
        expect([input, (await bench.ask(["get"], input, env)).ending]).toEqual([input, 7]);
      }
      for (const action of ["store", "erase", "list"]) {
        expect([action, (await bench.ask([action], "ghcr.io", env)).ending]).toEqual([action, 7]);
      }
      expect((await bench.ask(["get"], "ghcr.io", { ...env, DOCR_STORE: "pass" })).ending).toBe(7);
      expect((await bench.ask(["get"], "ghcr.io")).ending).toBe(7);
    });

    it("runs docr with the whole request and without DOCR_BESIDE if the fallback helper cannot be started", async () => {
      bench.putStub(7);
      const env = bench.noteFallback(3);
      rmSync(join(bench.folder, "path", `docker-credential-${FALLBACK}`));
      const request: Request = { args: ["get"], input: Buffer.from("ghcr.io"), env };
      const answer = await call(bench.launcher, request);
      expect(answer.ending).toBe(7);
      expect(answer.stdout === stubOutput("docr", request)).toBe(true);
    });

    it("ends as the fallback helper does if that is killed, where docr exits with 1", async () => {
      const env = bench.noteFallback(3);
      const path = join(bench.folder, "path", `docker-credential-${FALLBACK}`);
      writeFileSync(path, "#!/bin/sh\nkill -9 $$\n", { mode: 0o755 });
      const request: Request = { args: ["get"], input: Buffer.from("ghcr.io"), env };
      const [docr, launcher] = [await call(DOCR, request), await call(bench.launcher, request)];
      expect([launcher.stdout, launcher.stderr]).toEqual([docr.stdout, docr.stderr]);
      expect([launcher.ending, docr.ending]).toEqual(["SIGKILL", 1]);
    });
  });

  describe("with a client that misbehaves", () => {
    it.each(["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"])(
      "prints what docr prints with closed descriptors, and does not crash: %s",
      async (closed) => {
        bench.cacheResponse();
        for (const args of ["get", "version", ""]) {
          const docr = await shell(`exec "$0" ${HELPER_FLAG} ${args} ${closed}`, DOCR);
          const launcher = await shell(`exec "$0" ${args} ${closed}`, LAUNCHER);
          expect([launcher.stdout, launcher.stderr]).toEqual([docr.stdout, docr.stderr]);
          expect(launcher.ending).toBe(docr.ending);
        }
      },
    );

    it.each(NAMED_PROGRAMS)(
      "does not crash if the client closes the pipe early: %s",
      async (_name, program) => {
        bench.cacheResponse();
        // The client ends before the program writes.
        const script = `{ sleep 0.3; printf ${HOST} | "$0" get; echo $? >"${bench.folder}/code"; } | true; sleep 1`;
        await shell(script, program);
        expect(readFileSync(join(bench.folder, "code"), "utf8")).toBe("1\n");
      },
    );

    it.each(NAMED_PROGRAMS)(
      "waits for the reader of a full pipe, even on a non-blocking descriptor: %s",
      async (_name, program) => {
        bench.cacheResponse();
        const blocks = `{ head -c 65536 /dev/zero; "$0" get; } | { sleep 0.5; tr -d '\\0'; }`;
        expect((await shell(blocks, program)).stdout).toBe(bench.response);
        const unblock = `use Fcntl; fcntl(STDOUT, F_SETFL, O_NONBLOCK); exec @ARGV`;
        const blocksNot = `{ head -c 65536 /dev/zero; perl -e '${unblock}' "$0" get; } | { sleep 0.5; tr -d '\\0'; }`;
        expect((await shell(blocksNot, program)).stdout).toBe(bench.response);
      },
    );
  });

  it.each(NAMED_PROGRAMS)(
    "fails with one line if the response cannot be written: %s",
    async (_name, program) => {
      bench.cacheResponse();
      const { ending, stderr } = await shell(`exec "$0" get >/dev/full`, program);
      expect(ending).toBe(1);
      expect(stderr).toMatch(/^docr: could not write the whole response to stdout(?: \(ENOSPC\))?\n$/);
    },
  );

  describeUnless(explainMissing(["time"]), "uses less than 4 MB of memory", () => {
    it("with a cached response", async () => {
      bench.cacheResponse();
      expect(await kilobytes(HOST)).toBeLessThan(KILOBYTES_AT_MOST);
    });

    it.each([
      ["a cached response of 16 MB", () => void bench.cacheResponse(bench.env, "x".repeat(16_000_000))],
      [
        "a cached response followed by 16 MB",
        () => void bench.cacheResponse(bench.env, cachedResponse("cached") + "x".repeat(16_000_000)),
      ],
      [
        "a config file of 16 MB",
        () => {
          mkdirSync(join(bench.folder, "home/.config/docr"), { recursive: true });
          writeFileSync(join(bench.folder, "home/.config/docr/config.json"), "{}".padEnd(16_000_000));
        },
      ],
    ])("with large files: %s", async (_what, arrange) => {
      writeFileSync(bench.docr, "#!/bin/sh\nexit 7\n", { mode: 0o755 });
      arrange();
      expect(await kilobytes(HOST)).toBeLessThan(KILOBYTES_AT_MOST);
    });

    it("with 2 MB on stdin", async () => {
      writeFileSync(bench.docr, "#!/bin/sh\nexit 7\n", { mode: 0o755 });
      expect(await kilobytes("x".repeat(2_000_000))).toBeLessThan(KILOBYTES_AT_MOST);
    });

    it("except that huge variables take up to 4 MB more", async () => {
      writeFileSync(bench.docr, "#!/bin/sh\nexit 7\n", { mode: 0o755 });
      const huge = { ...bench.env, DOCR_TTL: "x".repeat(100_000), DOCR_ACCESS: "y".repeat(100_000) };
      expect(await kilobytes(HOST, huge)).toBeLessThan(2 * KILOBYTES_AT_MOST);
    });
  });

  itUnless(explainNotRoot(), "ignores files and folders of another user, even as root", async () => {
    bench.putStub(7);
    const stranger = 61_000;
    const env = bench.noteFallback(3);
    const asked = [HOST, "ghcr.io"] as const;
    const askBoth = async (): Promise<readonly unknown[]> =>
      Promise.all(asked.map(async (input) => (await bench.ask(["get"], input, env)).ending));
    const response = bench.cacheResponse(env);
    expect(await askBoth()).toEqual([0, 3]);
    chownSync(bench.responses, stranger, stranger);
    expect(await askBoth()).toEqual([7, 7]);
    chownSync(bench.responses, 0, 0);
    chownSync(response, stranger, 0);
    expect(await askBoth()).toEqual([7, 3]);
    chownSync(join(bench.responses, noteNameFor(env)), stranger, 0);
    expect(await askBoth()).toEqual([7, 7]);
    // docr ignores it too.
    const full = await call(DOCR, { args: ["get"], input: Buffer.from(HOST), env });
    expect(full.stdout).not.toContain("cached");
  });

  it("ignores a response that is not valid now", async () => {
    bench.putStub(7);
    const now = Date.now();
    const times = validAround(now);
    for (const late of [{ until: now - 1 }, { uptimeUntil: 1 }, { notBefore: now + 60_000 }]) {
      bench.cacheResponse(bench.env, cachedResponse("cached", { ...times, ...late }));
      expect((await bench.ask(["get"], HOST)).ending).toBe(7);
    }
  });
});
