import { describe, expect, it } from "vitest";
import { type Outcome, type RequestPorts, runRequest } from "../../../src/app/run.ts";
import { HelperError } from "../../../src/core/errors.ts";
import { unknownActionMessage } from "../../../src/protocol/messages.ts";
import type { CommandOutput } from "../../../src/cli/errors.ts";
import { recordTrace } from "../../support/fakes/recorded-trace.ts";
import { createScriptedHelper } from "../../support/fakes/scripted-helper.ts";

/** Runs a request with these arguments. Ports that a test does not name are harmless. */
function run(args: readonly string[], ports: Partial<RequestPorts> = {}): Promise<Outcome> {
  return runRequest(args, {
    readInput: async () => Buffer.from("ghcr.io"),
    helper: createScriptedHelper(),
    runCommand: async ([verb = ""]) => {
      throw new HelperError("unknown-action", unknownActionMessage(verb));
    },
    isUnknownAnonymous: () => false,
    fallback: () => undefined,
    noteOtherRegistries: async () => undefined,
    hasOwnLogins: () => false,
    trace: recordTrace().trace,
    clientPid: () => 1,
    isHelper: true,
    isInputTerminal: () => false,
    note: () => undefined,
    env: {},
    tether: () => [],
    warnings: [],
    timeouts: { inputMs: 5_000, responseMs: 20_000 },
    ...ports,
  });
}

const USAGE = "Usage: docker-credential-docr <store|get|erase|list|version>\n";
async function echo(verb: readonly string[]): Promise<CommandOutput> {
  return { stdout: `${verb.join(" ")}\n`, stderr: "", exitCode: 0 };
}

async function readNothing(): Promise<never> {
  throw new Error("hunter2");
}

const never = new Promise<never>(() => {});

describe("a request", () => {
  it("responds to a protocol request and prints nothing on stderr", async () => {
    expect(await run(["get"])).toEqual({
      stdout: '{"ServerURL":"ghcr.io","Username":"sammy","Secret":"hunter2"}\n',
      stderr: "",
      exitCode: 0,
    });
  });

  it.each(["erase", "store"])("prints nothing after a successful %s", async (verb) => {
    const readInput = async () =>
      Buffer.from(verb === "erase" ? "ghcr.io" : '{"ServerURL":"a","Username":"b","Secret":"c"}');
    expect(await run([verb], { readInput })).toEqual({ stdout: "", stderr: "", exitCode: 0 });
  });

  it("prints no warning after a list, whose JSON one client reads together with stderr", async () => {
    const outcome = await run(["list"], { warnings: ["this credential can pull but not push"] });
    expect(outcome).toEqual({ stdout: "{}\n", stderr: "", exitCode: 0 });
  });

  it.each(["version", "--version", "-v"])("prints name, package and version for %s", async (verb) => {
    expect(await run([verb])).toEqual({
      stdout: "docker-credential-docr (docker-credential-docr) 0.0.0-source\n",
      stderr: "",
      exitCode: 0,
    });
  });

  it.each([[["--help"]], [["status"]], [["check", "an-image", "--json"]], [["version", "--json"]]])(
    "runs the command %j",
    async (args) => {
      const asked: (readonly string[])[] = [];
      const runCommand = async (words: readonly string[]) => {
        asked.push(words);
        return { stdout: "shown\n", stderr: "", exitCode: 3 };
      };
      expect(await run(args, { runCommand })).toEqual({ stdout: "shown\n", stderr: "", exitCode: 3 });
      expect(asked).toEqual([args]);
    },
  );

  it.each([[["get", "--help"]], [["list", "-h"]]])("prints the help for %j", async (args) => {
    expect((await run(args, { runCommand: echo })).stdout).toBe("--help\n");
  });

  it("returns a command's output and traces the code of its error", async () => {
    const traced = recordTrace();
    const output = {
      stdout: "",
      stderr: "docr: error: no such flag\n",
      exitCode: 2,
      code: "bad-arguments",
    } as const;
    const outcome = await run(["status"], { runCommand: async () => output, trace: traced.trace });
    expect(outcome).toEqual({ stdout: "", stderr: "docr: error: no such flag\n", exitCode: 2 });
    expect(traced.events.at(-1)).toEqual({
      event: "answered",
      details: { exitCode: 2, code: "bad-arguments" },
    });
  });

  it.each([[[]], [["get", "ghcr.io"]], [["list", "--json"]]])(
    "prints the usage for the arguments %j, and exits with 1",
    async (args) => {
      const outcome = await run(args);
      expect(outcome).toMatchObject({ stdout: USAGE, exitCode: 1 });
      expect(outcome.stderr).toMatch(/^docr: .+\n$/);
    },
  );

  it.each(["fetch", "GET", "", "toString"])("rejects the action %j", async (verb) => {
    const outcome = await run([verb]);
    expect(outcome.stdout).toBe(`docker-credential-docr: unknown action: ${verb}\n`);
    expect(outcome.exitCode).toBe(1);
  });

  it("reads no input for version and wrong usage", async () => {
    const helper = createScriptedHelper();
    for (const args of [["version"], [], ["fetch"], ["get", "x"]]) {
      expect((await run(args, { helper, readInput: readNothing })).stdout).not.toBe("");
    }
    expect(helper.asked).toEqual([]);
  });
});

async function typeSlowly(): Promise<Uint8Array> {
  await new Promise((resolve) => void setTimeout(resolve, 20));
  return Buffer.from('{"ServerURL":"a","Username":"b"}');
}

describe("a request that a user types at a terminal", () => {
  it.each([
    [
      "get",
      "waiting for a registry's address, such as registry.digitalocean.com, on stdin; end it with Enter and ctrl-D",
    ],
    [
      "erase",
      "waiting for a registry's address, such as registry.digitalocean.com, on stdin; end it with Enter and ctrl-D",
    ],
    [
      "store",
      'waiting for a login, such as {"ServerURL":"ghcr.io","Username":"sammy","Secret":"…"}, on stdin; end it with Enter and ctrl-D',
    ],
  ])("says on stderr what %s waits for, and waits longer", async (verb, text) => {
    const notes: string[] = [];
    const outcome = await run([verb], {
      readInput: typeSlowly,
      isInputTerminal: () => true,
      note: (line) => void notes.push(line),
      timeouts: { inputMs: 1, responseMs: 20_000 },
    });
    expect(notes).toEqual([text]);
    expect(outcome.stdout).not.toContain("was not closed");
  });

  it("says nothing for list, which reads no input", async () => {
    const notes: string[] = [];
    await run(["list"], { isInputTerminal: () => true, note: (line) => void notes.push(line) });
    expect(notes).toEqual([]);
  });
});

describe("a failure", () => {
  it("has the hint of the catalog", async () => {
    const failure = new HelperError("keychain-locked", "the keychain is locked");
    expect(await run(["get"], { helper: createScriptedHelper({ failure }) })).toEqual({
      stdout: "the keychain is locked; unlock the keychain and try again\n",
      stderr: "docr: the keychain is locked; unlock the keychain and try again\n",
      exitCode: 1,
    });
  });

  it.each([
    ["an error", new Error("hunter2"), "Error"],
    ["a type error", new TypeError("hunter2"), "TypeError"],
    ["an error of the system", Object.assign(new Error("hunter2"), { code: "EACCES" }), "EACCES"],
    ["an error with an odd code", Object.assign(new Error("x"), { code: "hunter2 was here" }), "Error"],
    ["a text", "hunter2", "string"],
    ["an object", { hunter2: "hunter2" }, "object"],
  ])("that is a bug, %s, is printed by its kind and without its message", async (_title, failure, name) => {
    const outcome = await run(["get"], { helper: createScriptedHelper({ failure }) });
    expect(outcome).toEqual({
      stdout: `unexpected failure (${name}); please report this as a bug\n`,
      stderr: `docr: unexpected failure (${name}); please report this as a bug\n`,
      exitCode: 1,
    });
  });

  it("of reading stdin is printed like any other", async () => {
    expect((await run(["get"], { readInput: readNothing })).stdout).toBe(
      "unexpected failure (Error); please report this as a bug\n",
    );
  });
});

describe("warnings", () => {
  it("are one line each on stderr", async () => {
    const outcome = await run(["erase"], { warnings: ["one", "two"] });
    expect(outcome).toEqual({ stdout: "", stderr: "docr: one\ndocr: two\n", exitCode: 0 });
  });

  it("come before the failure", async () => {
    const failure = new HelperError("not-found", "credentials not found in native keychain");
    const helper = createScriptedHelper({ failure });
    expect((await run(["get"], { helper, warnings: ["one"] })).stderr).toBe("docr: one\n");
  });

  it("include those that come after the response", async () => {
    const warnings: string[] = [];
    const after = Promise.resolve().then(() => warnings.push("late"));
    const helper = createScriptedHelper({ after });
    expect((await run(["erase"], { helper, warnings })).stderr).toBe("docr: late\n");
  });
});

describe("the deadline", () => {
  it("ends a request without a response", async () => {
    const helper = createScriptedHelper({ after: never });
    expect(await run(["get"], { helper, timeouts: { inputMs: 5_000, responseMs: 10 } })).toEqual({
      stdout:
        "docr did not respond within 0.01 s; try again, and check the network and the store that DOCR_STORE names\n",
      stderr:
        "docr: docr did not respond within 0.01 s; try again, and check the network and the store that DOCR_STORE names\n",
      exitCode: 1,
    });
  });

  it("ends a request whose stdin stays open", async () => {
    const outcome = await run(["get"], {
      readInput: () => never,
      timeouts: { inputMs: 10, responseMs: 20_000 },
    });
    expect(outcome.stdout).toBe("stdin was not closed within 0.01 s; close stdin after the request\n");
    expect(outcome.exitCode).toBe(1);
  });
});
