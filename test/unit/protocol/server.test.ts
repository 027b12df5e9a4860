import { describe, expect, it } from "vitest";
import { runProgram, type Answer, type Outcome, type ProgramPorts } from "../../../src/protocol/server.ts";
import { HelperError } from "../../../src/core/errors.ts";
import { unknownAction } from "../../../src/protocol/serve.ts";
import { recordTrace } from "../../support/fakes/recorded-trace.ts";
import { createScriptedHelper } from "../../support/fakes/scripted-helper.ts";

/** Runs the program with these arguments; whatever is not said is harmless. */
function run(args: readonly string[], ports: Partial<ProgramPorts> = {}): Promise<Outcome> {
  return runProgram({
    args,
    packageName: "the-package",
    version: "1.2.3",
    readInput: async () => Buffer.from("ghcr.io"),
    helper: createScriptedHelper(),
    runVerb: async ([verb = ""]) => {
      throw unknownAction(verb);
    },
    fallback: () => undefined,
    trace: recordTrace().trace,
    clientPid: 1,
    env: {},
    inputDeadlineMs: 5_000,
    remarks: [],
    deadlineMs: 20_000,
    ...ports,
  });
}

const USAGE = "Usage: docker-credential-docr <store|get|erase|list|version>\n";
async function echo(verb: readonly string[]): Promise<Answer> {
  return { stdout: `${verb.join(" ")}\n`, exitCode: 0 };
}

async function readNothing(): Promise<never> {
  throw new Error("hunter2");
}

const never = new Promise<never>(() => {});

describe("the program", () => {
  it("answers a verb of the protocol and says nothing on stderr", async () => {
    expect(await run(["get"])).toEqual({
      stdout: '{"ServerURL":"ghcr.io","Username":"sammy","Secret":"hunter2"}\n',
      stderr: "",
      exitCode: 0,
    });
  });

  it.each(["erase", "store"])("is silent about a %s that went well", async (verb) => {
    const readInput = async () =>
      Buffer.from(verb === "erase" ? "ghcr.io" : '{"ServerURL":"a","Username":"b","Secret":"c"}');
    expect(await run([verb], { readInput })).toEqual({ stdout: "", stderr: "", exitCode: 0 });
  });

  it.each(["version", "--version", "-v"])("answers %s with name, package and version", async (verb) => {
    expect(await run([verb])).toEqual({
      stdout: "docker-credential-docr (the-package) 1.2.3\n",
      stderr: "",
      exitCode: 0,
    });
  });

  it.each([[["--help"]], [["status"]], [["check", "an-image", "--json"]], [["version", "--json"]]])(
    "leaves %j to the verbs for people",
    async (args) => {
      const asked: (readonly string[])[] = [];
      const runVerb = async (verb: readonly string[]) => {
        asked.push(verb);
        return { stdout: "shown\n", exitCode: 3 };
      };
      expect(await run(args, { runVerb })).toEqual({ stdout: "shown\n", stderr: "", exitCode: 3 });
      expect(asked).toEqual([args]);
    },
  );

  it.each([[["get", "--help"]], [["list", "-h"]]])("shows its help for %j", async (args) => {
    expect((await run(args, { runVerb: echo })).stdout).toBe("--help\n");
  });

  it("passes on what a command printed, and traces the code of its error", async () => {
    const traced = recordTrace();
    const answer = {
      stdout: "",
      stderr: "docr: error: no such flag\n",
      exitCode: 2,
      code: "bad-arguments",
    } as const;
    const outcome = await run(["status"], { runVerb: async () => answer, trace: traced.trace });
    expect(outcome).toEqual({ stdout: "", stderr: "docr: error: no such flag\n", exitCode: 2 });
    expect(traced.events.at(-1)).toEqual({
      event: "answered",
      details: { exitCode: 2, code: "bad-arguments" },
    });
  });

  it.each([[[]], [["get", "ghcr.io"]], [["list", "--json"]]])(
    "answers the arguments %j with the usage and exit code 1",
    async (args) => {
      const outcome = await run(args);
      expect(outcome).toMatchObject({ stdout: USAGE, exitCode: 1 });
      expect(outcome.stderr).toMatch(/^docr: .+\n$/);
    },
  );

  it.each(["fetch", "GET", "", "toString"])("does not know the verb %j", async (verb) => {
    const outcome = await run([verb]);
    expect(outcome.stdout).toBe(`docker-credential-docr: unknown action: ${verb}\n`);
    expect(outcome.exitCode).toBe(1);
  });

  it("asks nobody anything for version and wrong usage", async () => {
    const helper = createScriptedHelper();
    for (const args of [["version"], [], ["fetch"], ["get", "x"]]) {
      expect((await run(args, { helper, readInput: readNothing })).stdout).not.toBe("");
    }
    expect(helper.asked).toEqual([]);
  });
});

describe("a failure", () => {
  it("is shown as the table has it", async () => {
    const failure = new HelperError("keychain-locked", "the keychain is locked");
    expect(await run(["get"], { helper: createScriptedHelper({ failure }) })).toEqual({
      stdout: "the keychain is locked; unlock it and try again\n",
      stderr: "docr: the keychain is locked; unlock it and try again\n",
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
  ])(
    "that nobody foresaw, %s, is named by its kind and never by its message",
    async (_title, failure, name) => {
      const outcome = await run(["get"], { helper: createScriptedHelper({ failure }) });
      expect(outcome).toEqual({
        stdout: `unexpected failure (${name}); please report this as a bug\n`,
        stderr: `docr: unexpected failure (${name}); please report this as a bug\n`,
        exitCode: 1,
      });
    },
  );

  it("of reading stdin is a failure like any other", async () => {
    expect((await run(["get"], { readInput: readNothing })).stdout).toBe(
      "unexpected failure (Error); please report this as a bug\n",
    );
  });
});

describe("remarks", () => {
  it("are a line each on stderr, beside the answer", async () => {
    const outcome = await run(["erase"], { remarks: ["one", "two"] });
    expect(outcome).toEqual({ stdout: "", stderr: "docr: one\ndocr: two\n", exitCode: 0 });
  });

  it("come before the failure", async () => {
    const failure = new HelperError("not-found", "credentials not found in native keychain");
    const helper = createScriptedHelper({ failure });
    expect((await run(["get"], { helper, remarks: ["one"] })).stderr).toBe("docr: one\n");
  });

  it("count until the end", async () => {
    const remarks: string[] = [];
    const after = Promise.resolve().then(() => remarks.push("late"));
    const helper = createScriptedHelper({ after });
    expect((await run(["erase"], { helper, remarks })).stderr).toBe("docr: late\n");
  });
});

describe("the deadline", () => {
  it("ends an answer that does not come", async () => {
    const helper = createScriptedHelper({ after: never });
    expect(await run(["get"], { helper, deadlineMs: 10 })).toEqual({
      stdout: "no answer within 0.01 s; try again, and look at the network and the keychain\n",
      stderr: "docr: no answer within 0.01 s; try again, and look at the network and the keychain\n",
      exitCode: 1,
    });
  });

  it("says so where stdin stays open", async () => {
    const outcome = await run(["get"], { readInput: () => never, inputDeadlineMs: 10 });
    expect(outcome.stdout).toBe("stdin was not closed within 8 s; close it after the request\n");
    expect(outcome.exitCode).toBe(1);
  });
});
