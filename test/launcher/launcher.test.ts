import { chownSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, LAUNCHER, explainNoLauncher, PROGRAMS } from "../support/lab/executable.ts";
import { explainNoNamespace } from "../support/lab/namespace.ts";
import { explainMissing, isRoot } from "../support/lab/parts.ts";
import { run } from "../support/lab/run.ts";
import { type Bench, FALLBACK, HOST, openBench } from "./launcher-bench.ts";
import { call, type Request } from "./call.ts";
import { cachedResponse, noteNameFor, validAround } from "./cached-response.ts";
import { explainNoStub, stubError, stubOutput } from "./stub.ts";

const PROJECT = join(import.meta.dirname, "../..");
const KILOBYTES_AT_MOST = 4096;

/** What a client sends, with 2 s after each part; the whole takes longer than the launcher waits. */
const SLOW_CLIENTS = {
  "sends nothing and keeps stdin open": ["", "", "", ""],
  "sends the host and keeps stdin open": [HOST, "", "", ""],
  "goes on sending a little at a time": ["registry.", "digital", "ocean", ".com", " "],
};

const reason = explainNoLauncher() ?? explainNoStub();

const textOf = (path: string): string => readFileSync(join(PROJECT, "src/launcher", path), "utf8");
const importsOf = (path: string): readonly string[] =>
  Array.from(textOf(path).matchAll(/\bfrom "([^"]+)"|\bimport\(/g), ([, name]) => name ?? "lazy");

describe("the source of the launcher", () => {
  it("is under 150 lines", () => {
    expect(textOf("launcher.ts").trimEnd().split("\n").length).toBeLessThan(150);
    expect(textOf("files.ts").trimEnd().split("\n").length).toBeLessThan(70);
    expect(textOf("libc.ts").trimEnd().split("\n").length).toBeLessThan(50);
  });

  it("imports what it shares with the full program, four builtins, and nothing else", () => {
    expect(importsOf("launcher.ts").toSorted()).toEqual([
      "../response-cache/shared/ascii.ts",
      "../response-cache/shared/fallback-note.ts",
      "../response-cache/shared/limits.ts",
      "../response-cache/shared/format.ts",
      "../response-cache/shared/key.ts",
      "./files.ts",
      "./libc.ts",
      "./libc.ts",
      "node:child_process",
      "node:crypto",
      "node:fs",
      "node:path",
    ]);
    const shared = [
      "../response-cache/shared/ascii.ts",
      "../response-cache/shared/format.ts",
      "./libc.ts",
      "node:fs",
    ];
    expect(importsOf("files.ts").toSorted()).toEqual(shared);
    expect(importsOf("libc.ts")).toEqual([]);
    const symbols = Array.from(
      textOf("ffi.json").matchAll(/"symbol": "([^"]+)"/g),
      ([, symbol]) => symbol ?? "",
    );
    const allowed = ["close", "dup2", "fcntl", "flock", "fstat", "getuid", "pipe2", "poll"];
    expect(symbols.toSorted()).toEqual([...allowed, "read", "signal", "write"]);
  });
});

describeUnless(reason, "the launcher", () => {
  let bench: Bench;
  beforeEach(() => {
    bench = openBench();
  });
  afterEach(() => bench.close());

  /** Clients that never end their request, all at the same time, while the other tests run. */
  const slow = new Map<string, ReturnType<typeof call>>();
  beforeAll(() => {
    for (const [what, chunks] of Object.entries(SLOW_CLIENTS)) {
      const sending = chunks.map((chunk) => `printf '${chunk}'; sleep 2`).join("; ");
      const script = `{ ${sending}; sleep 4; } | { "$0" get; echo "ended with $?"; }`;
      slow.set(what, call("/bin/sh", { args: ["-c", script, LAUNCHER], input: Buffer.from(""), env: {} }));
    }
  });

  const shell = (script: string, program: string, input = HOST): ReturnType<typeof call> =>
    call("/bin/sh", { args: ["-c", script, program], input: Buffer.from(input), env: bench.env });

  const kilobytes = async (input: string, env = bench.env): Promise<number> => {
    const outcome = await run("/usr/bin/time", ["-f", "%M", bench.launcher, "get"], { env, stdin: input });
    return Number(outcome.stderr.trim().split("\n").at(-1));
  };

  it("answers a warm get itself, without docr", async () => {
    bench.cacheResponse();
    expect(await bench.ask(["get"], HOST)).toMatchObject({ ending: 0, stdout: bench.response, stderr: "" });
    expect(await bench.ask(["get"], `\n ${HOST}\n`)).toMatchObject({ ending: 0, stdout: bench.response });
  });

  it.each([
    ["a get of our host without a finished answer", ["get"], HOST],
    ["a get of another host", ["get"], "ghcr.io"],
    ["another verb", ["list"], ""],
    ["no argument", [], ""],
  ])("says in one line that docr is not there: %s", async (_what, args, input) => {
    const { ending, stdout, stderr } = await bench.ask(args, input);
    expect(ending).toBe(1);
    expect(stdout).toMatch(/^\/[^\n]*\/docr cannot be run, or was killed; install it again\n$/);
    expect(stderr).toBe(`docr: ${stdout}`);
  });

  it.each([
    ["no argument", []],
    ["list", ["list"]],
    ["two", ["get", "get"]],
    ["one that is empty", [""]],
    ["get with a space", ["get "]],
    ["odd ones", ["ü日本", "a\nb", "--", "-", "--help", "$HOME", "*", "'", '"', "\\"]],
    ["a hundred", Array.from({ length: 100 }, (_, i) => `argument ${i}`)],
    ["a long one", ["x".repeat(100_000)]],
  ])("passes on arguments, environment and stdin unchanged: %s", async (_title, args) => {
    bench.putStub(0);
    const odd = { EMPTY: "", LINES: "a\nb\n", ODD: "ü=日本=", LONG: "y".repeat(50_000) };
    const request: Request = {
      args,
      input: Buffer.from("some\0 input\n\xff"),
      env: { ...bench.env, ...odd },
    };
    const answer = await call(bench.launcher, request);
    expect(answer.stderr).toBe(stubError("docr"));
    expect(answer.stdout === stubOutput("docr", request)).toBe(true);
  });

  it.each([0, 1, 7, 255])("ends with docr's exit code %i", async (code) => {
    bench.putStub(code);
    for (const args of [["get"], ["store"]]) {
      expect((await bench.ask(args, "ghcr.io")).ending).toBe(code);
    }
  });

  it("passes on what it read to find out that it is not to answer, to the last byte that counts", async () => {
    bench.putStub(0);
    for (const length of [0, 1, 4096, 65_535, 65_536]) {
      const request: Request = { args: ["get"], input: Buffer.alloc(length, "gh"), env: bench.env };
      expect((await call(bench.launcher, request)).stdout === stubOutput("docr", request), `${length}`).toBe(
        true,
      );
    }
  });

  it("passes on a stdin of 5 MB for every verb but get", async () => {
    bench.putStub(0);
    const request: Request = { args: ["store"], input: Buffer.alloc(5_000_000, "0123"), env: bench.env };
    expect((await call(bench.launcher, request)).stdout === stubOutput("docr", request)).toBe(true);
  });

  it("passes on environment variables that are no text", async () => {
    bench.putStub(0);
    const script = `exec env ODD="$(printf '\\377\\200')" "$0" list`;
    const answer = await call("/bin/sh", {
      args: ["-c", script, bench.launcher],
      input: Buffer.from(""),
      env: bench.env,
    });
    expect(answer.stdout).toContain("\0ODD=\xff\x80\0");
  });

  it("is found through a symlink, a relative path and the PATH, and finds docr beside its real place", async () => {
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

  it("leaves docr no descriptor that it did not get itself", async () => {
    const script = join(bench.folder, "bin", "docr");
    writeFileSync(script, '#!/bin/sh\nexec ls "/proc/$$/fd"\n', { mode: 0o755 });
    bench.cacheResponse(bench.env, "not an answer");
    const direct = await call(script, { args: ["get"], input: Buffer.from(HOST), env: bench.env });
    expect((await bench.ask(["get"], HOST)).stdout).toBe(direct.stdout);
  });

  it("passes on two full streams at once", async () => {
    const script = `#!/usr/bin/perl\nprint STDOUT "o" x 1_000_000; print STDERR "e" x 1_000_000; exit 0;\n`;
    writeFileSync(bench.docr, script, { mode: 0o755 });
    const answer = await bench.ask(["get"], HOST);
    expect([answer.stdout.length, answer.stderr.length, answer.ending]).toEqual([1e6, 1e6, 0]);
  });

  it("ends with 1 where docr is killed", async () => {
    writeFileSync(bench.docr, "#!/bin/sh\nkill -9 $$\n", { mode: 0o755 });
    expect((await bench.ask(["get"], HOST)).ending).toBe(1);
  });

  it.each(["DIGITALOCEAN_ACCESS_TOKEN_FILE", "DOCR_LOG", "DOCR_BESIDE"])(
    "leaves everything to docr with %s set to anything",
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

  describe("with a fallback noted", () => {
    it("calls it for another host, with the client's own request and the mark against circles, and no docr", async () => {
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

    it("leaves our host, other verbs, other environments and odd addresses to docr", async () => {
      bench.putStub(7);
      const env = bench.noteFallback(3);
      for (const input of [HOST, `https://${HOST}`, `${HOST}.evil.example`, "me@ghcr.io", "", "ghcr.io\nx"]) {
        expect([input, (await bench.ask(["get"], input, env)).ending]).toEqual([input, 7]);
      }
      for (const verb of ["store", "erase", "list"]) {
        expect([verb, (await bench.ask([verb], "ghcr.io", env)).ending]).toEqual([verb, 7]);
      }
      expect((await bench.ask(["get"], "ghcr.io", { ...env, DOCR_STORE: "pass" })).ending).toBe(7);
      expect((await bench.ask(["get"], "ghcr.io")).ending).toBe(7);
    });

    it("lets docr say that it cannot be run: nothing was read for good, and no mark stays behind", async () => {
      bench.putStub(7);
      const env = bench.noteFallback(3);
      rmSync(join(bench.folder, "path", `docker-credential-${FALLBACK}`));
      const request: Request = { args: ["get"], input: Buffer.from("ghcr.io"), env };
      const answer = await call(bench.launcher, request);
      expect(answer.ending).toBe(7);
      expect(answer.stdout === stubOutput("docr", request)).toBe(true);
    });

    it("ends with 1, and says no more than docr does, where it is killed", async () => {
      const env = bench.noteFallback(3);
      const path = join(bench.folder, "path", `docker-credential-${FALLBACK}`);
      writeFileSync(path, "#!/bin/sh\nkill -9 $$\n", { mode: 0o755 });
      const request: Request = { args: ["get"], input: Buffer.from("ghcr.io"), env };
      const [theirs, ours] = [await call(DOCR, request), await call(bench.launcher, request)];
      expect([ours.ending, ours.stdout, ours.stderr]).toEqual([theirs.ending, theirs.stdout, theirs.stderr]);
      expect(ours.ending).toBe(1);
    });
  });

  describe("with a client that misbehaves", () => {
    it.each(["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"])(
      "says what docr says with descriptors that are closed, and does not crash: %s",
      async (closed) => {
        bench.cacheResponse();
        for (const args of ["get", "version", ""]) {
          const script = `exec "$0" ${args} ${closed}`;
          const [theirs, ours] = [await shell(script, DOCR), await shell(script, LAUNCHER)];
          expect([ours.stdout, ours.stderr]).toEqual([theirs.stdout, theirs.stderr]);
          // Node puts /dev/null in a closed stdout's place and is content; the launcher says that nobody heard it.
          const isUnheard = closed.includes(">&-") && args === "get";
          expect(ours.ending).toBe(isUnheard && theirs.ending === 0 && ours.ending === 1 ? 1 : theirs.ending);
        }
      },
    );

    it.each(PROGRAMS.map((program) => [relative(PROJECT, program), program]))(
      "does not crash where nobody hears the answer: %s",
      async (_name, program) => {
        bench.cacheResponse();
        // The reader is gone before there is anything to read.
        const script = `{ sleep 0.3; printf ${HOST} | "$0" get; echo $? >"${bench.folder}/code"; } | true; sleep 1`;
        await shell(script, program);
        expect(readFileSync(join(bench.folder, "code"), "utf8")).toBe("1\n");
      },
    );

    it.each(PROGRAMS.map((program) => [relative(PROJECT, program), program]))(
      "waits for a reader whose pipe is full, also on a descriptor that does not block: %s",
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

  describe.skipIf(explainMissing(["time"]) !== undefined)("stays below 4 MB of memory [needs time]", () => {
    it("with a finished answer", async () => {
      bench.cacheResponse();
      expect(await kilobytes(HOST)).toBeLessThan(KILOBYTES_AT_MOST);
    });

    it.each([
      ["a finished answer of 16 MB", () => void bench.cacheResponse(bench.env, "x".repeat(16_000_000))],
      [
        "a finished answer that goes on for 16 MB",
        () => void bench.cacheResponse(bench.env, cachedResponse("finished") + "x".repeat(16_000_000)),
      ],
      [
        "a config file of 16 MB",
        () => {
          mkdirSync(join(bench.folder, "home/.config/docr"), { recursive: true });
          writeFileSync(join(bench.folder, "home/.config/docr/config.json"), "{}".padEnd(16_000_000));
        },
      ],
    ])("whatever lies there: %s", async (_what, arrange) => {
      writeFileSync(bench.docr, "#!/bin/sh\nexit 7\n", { mode: 0o755 });
      arrange();
      expect(await kilobytes(HOST)).toBeLessThan(KILOBYTES_AT_MOST);
    });

    it("whatever is sent", async () => {
      writeFileSync(bench.docr, "#!/bin/sh\nexit 7\n", { mode: 0o755 });
      expect(await kilobytes("x".repeat(2_000_000))).toBeLessThan(KILOBYTES_AT_MOST);
    });

    it("whatever is in the environment, but for a little more where that is huge", async () => {
      writeFileSync(bench.docr, "#!/bin/sh\nexit 7\n", { mode: 0o755 });
      const huge = { ...bench.env, DOCR_TTL: "x".repeat(100_000), DOCR_ACCESS: "y".repeat(100_000) };
      expect(await kilobytes(HOST, huge)).toBeLessThan(2 * KILOBYTES_AT_MOST);
    });
  });

  it.skipIf(!isRoot())(
    "takes nothing of another user's, even where it may read everything [needs root]",
    async () => {
      bench.putStub(7);
      const stranger = 61_000;
      const beside = bench.noteFallback(3);
      const asked = [HOST, "ghcr.io"] as const;
      const askBoth = async (): Promise<readonly unknown[]> =>
        Promise.all(asked.map(async (input) => (await bench.ask(["get"], input, beside)).ending));
      const answer = bench.cacheResponse(beside);
      expect(await askBoth()).toEqual([0, 3]);
      chownSync(bench.responses, stranger, stranger);
      expect(await askBoth()).toEqual([7, 7]);
      chownSync(bench.responses, 0, 0);
      chownSync(answer, stranger, 0);
      expect(await askBoth()).toEqual([7, 3]);
      chownSync(join(bench.responses, noteNameFor(beside)), stranger, 0);
      expect(await askBoth()).toEqual([7, 7]);
      // docr takes it no more than the launcher does.
      const full = await call(DOCR, { args: ["get"], input: Buffer.from(HOST), env: beside });
      expect(full.stdout).not.toContain("finished");
    },
  );

  it("takes no finished answer for another moment, whatever its name", async () => {
    bench.putStub(7);
    const now = Date.now();
    const times = validAround(now);
    for (const late of [{ until: now - 1 }, { uptimeUntil: 1 }, { notBefore: now + 60_000 }]) {
      bench.cacheResponse(bench.env, cachedResponse("finished", { ...times, ...late }));
      expect((await bench.ask(["get"], HOST)).ending).toBe(7);
    }
  });

  it.skipIf(explainNoNamespace() !== undefined)(
    "gives no answer where there is no /proc to tell the uptime [needs a private namespace]",
    async () => {
      bench.cacheResponse();
      const script = `mount -t tmpfs none /proc && exec "$0" get`;
      const answer = await call("/usr/bin/unshare", {
        args: ["--mount", "sh", "-c", script, bench.launcher],
        input: Buffer.from(HOST),
        env: bench.env,
      });
      expect(answer.ending).toBe(1);
      expect(answer.stdout).not.toContain("Secret");
    },
  );

  it.each(Object.keys(SLOW_CLIENTS))("ends by itself, in one line, where the client %s", async (what) => {
    expect(await slow.get(what)).toMatchObject({
      stdout: "stdin was not closed within 8 s; close it after the request\nended with 1\n",
      stderr: "docr: stdin was not closed within 8 s; close it after the request\n",
    });
  });
});
