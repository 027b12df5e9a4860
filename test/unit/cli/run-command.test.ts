import { array, assert, asyncProperty, constantFrom, oneof, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { type HelperError, isHelperError } from "../../../src/core/errors.ts";
import { type CommandOutput, runCommand } from "../../../src/cli/run-command.ts";
import { createVerbBench } from "../../support/fakes/verb-bench.ts";

function run(...args: readonly string[]): Promise<CommandOutput> {
  return runCommand(args, createVerbBench().context);
}

async function failing(...args: readonly string[]): Promise<HelperError> {
  try {
    await run(...args);
  } catch (error) {
    if (isHelperError(error)) return error;
    throw error;
  }
  throw new Error("the usage was not wrong");
}

/** What looks like a secret and came to the wrong place. */
const TOKEN = `dop_v1_${"a1".repeat(32)}`;

async function verbs(): Promise<readonly string[]> {
  const { stdout } = await run("--help");
  const [, list = ""] = /^Commands:\n((?: {2}.*\n)+)/m.exec(stdout) ?? [];
  return Array.from(list.matchAll(/^ {2}([a-z]+)/gm), ([, name = ""]) => name).filter(
    (name) => name !== "help",
  );
}

describe("the help", () => {
  it("of a command comes for docr help COMMAND, whatever exit code the process has so far", async () => {
    process.exitCode = 1;
    try {
      expect((await run("help", "prune")).stdout).toMatch(/^Usage: docr prune/);
    } finally {
      process.exitCode = undefined;
    }
  });

  it.each([["--help"], ["-h"], ["help"]])("of the whole program comes for %s", async (flag) => {
    const { stdout, exitCode } = await run(flag);
    expect(stdout).toMatch(/^Usage: docr <verb>/);
    expect(stdout).toContain("prune");
    expect(exitCode).toBe(0);
  });

  it("says what docker sends, for those who look for it here", async () => {
    expect((await run("--help")).stdout).toContain(
      "Usage: docker-credential-docr <store|get|erase|list|version>",
    );
  });

  it("documents the exit codes", async () => {
    expect((await run("--help")).stdout).toMatch(/^Exit codes: 0 .*2 wrong usage/m);
  });

  it("of every verb has an example", async () => {
    const names = await verbs();
    const helps = await Promise.all(names.map(async (name) => (await run(name, "--help")).stdout));
    // A group of verbs has its examples at each of them.
    const without = helps.filter(
      (help) => !help.includes("\nCommands:\n") && !help.includes("\nExamples:\n  $ "),
    );
    expect(helps.length).toBeGreaterThan(1);
    expect(without).toEqual([]);
  });

  it("lines stay within 100 columns", async () => {
    for (const name of await verbs()) {
      const lines = (await run(name, "--help")).stdout.split("\n");
      expect(lines.filter((line) => line.length > 100)).toEqual([]);
    }
  });
});

describe("a result", () => {
  it("is text for a person", async () => {
    expect(await run("prune")).toEqual({ stdout: "revoked 0\n", exitCode: 0 });
  });

  it("is JSON for a script", async () => {
    const { stdout } = await run("prune", "--json");
    expect(JSON.parse(stdout)).toEqual({ revoked: 0, notRevoked: 0, credentials: [] });
    expect(stdout).toMatch(/\n$/);
  });
});

describe("wrong usage", () => {
  it.each([
    [["prune", "--nothing-like-it"], "unknown option '--nothing-like-it'", "see docr prune --help"],
    [["prune", "x"], "docr prune takes no arguments", "see docr prune --help"],
    [["check", "a", "b"], "docr check takes 1 argument", "see docr check --help"],
    [["completion"], "docr completion needs the argument <shell>", "see docr completion --help"],
    [["check", "--client", "podman"], "docr check needs the argument <image>", "see docr check --help"],
    [
      ["completion", "hunter2"],
      "the shell must be bash, zsh, fish or powershell",
      "see docr completion --help",
    ],
    [["--nothing"], "unknown option '--nothing'", "see docr --help"],
    [["nothing", "x"], "unknown command 'nothing'", "see docr --help"],
    [["help", "nothing"], "unknown command 'nothing'", "see docr --help"],
    [["registry"], "docr registry needs a command", "see docr registry --help"],
    [["registry", "nothing"], "unknown command 'nothing'", "see docr registry --help"],
    [["logout", "--context"], "--context needs a value", "see docr logout --help"],
    [["logout", "--context", "--all"], "--context needs a value", "see docr logout --help"],
    [["logout", "--context=--all"], "--context needs a value", "see docr logout --help"],
    [
      ["logout", "--all", "--context", "x"],
      "--context and --all exclude each other",
      "see docr logout --help",
    ],
    [
      ["registry", "add", "x.io", "--password-stdin"],
      "--password-stdin needs --username",
      "see docr registry add --help",
    ],
    [["prune", "-x"], "unknown option '-x'", "see docr prune --help"],
    [["prune", "-phunter2"], "unknown option '-p…'", "see docr prune --help"],
    [["prune", "--hunter=hunter2"], "unknown option '--hunter=…'", "see docr prune --help"],
    [["prune", "--hunter2"], "unknown option '…'", "see docr prune --help"],
    [["prune", "--hunter2\nx"], "unknown option '…'", "see docr prune --help"],
    [["hunter2", "x"], "unknown command '…'", "see docr --help"],
    [
      ["credentials", "--format", "hunter2"],
      "--format must be docker-config, kubernetes-secret, auth or env",
      "see docr credentials --help",
    ],
  ])("%j is told in one line, with what to do next", async (args, message, hint) => {
    expect(await failing(...args)).toMatchObject({ code: "bad-arguments", message, hint });
  });

  it.each([
    [["prune", "--jsn"], "unknown option '--jsn'; did you mean --json?"],
    [["prune", "--jsn=hunter2"], "unknown option '--jsn=…'; did you mean --json?"],
    [["prun", "--json"], "unknown command 'prun'; did you mean prune?"],
    [["registry", "lst"], "unknown command 'lst'; did you mean list?"],
    [["help", "prun"], "unknown command 'prun'; did you mean prune?"],
  ])("that looks like a typo is told with what was probably meant: %j", async (args, message) => {
    expect(await failing(...args)).toMatchObject({ code: "mistyped", message, hint: undefined });
  });

  it("of a single word that is no verb is told as docker has it, with what may have been meant", async () => {
    expect(await failing("prun")).toMatchObject({
      code: "unknown-action",
      message: "docker-credential-docr: unknown action: prun",
      hint: "did you mean prune?",
    });
  });

  it.each([
    [[TOKEN]],
    [["prune", TOKEN]],
    [["prune", `--token=${TOKEN}`]],
    [["prune", `--${TOKEN}`]],
    [["completion", TOKEN]],
  ])("does not repeat a token that was typed in the wrong place: %#", async (args) => {
    const { message, hint } = await failing(...args);
    expect(message + hint).not.toContain("a1a1a1");
  });

  it("of any kind gives a coded error", async () => {
    const word = oneof(
      string(),
      constantFrom(
        "prune",
        "--json",
        "--help",
        "--",
        "-",
        "complete",
        "completion",
        "bash",
        "--no-color",
        "help",
      ),
    );
    await assert(
      asyncProperty(array(word, { minLength: 1, maxLength: 4 }), async (args) => {
        const failure: unknown = await run(...args).then(
          () => undefined,
          (error: unknown) => error,
        );
        expect(failure === undefined || isHelperError(failure)).toBe(true);
      }),
    );
  });
});

describe("completion", () => {
  it.each(["bash", "zsh", "fish", "powershell"])(
    "has a script for %s that asks this program",
    async (shell) => {
      const { stdout } = await run("completion", shell);
      expect(stdout).toContain("docr complete");
    },
  );

  it("offers the verbs that begin so", async () => {
    expect((await run("complete", "--", "pru")).stdout).toMatch(/^prune\t/);
  });

  it("offers a verb's options", async () => {
    expect((await run("complete", "--", "prune", "--")).stdout).toMatch(/^--json\t/m);
  });

  it("offers the commands of a group, and an option's choices", async () => {
    expect((await run("complete", "--", "registry", "l")).stdout).toMatch(/^list\t/);
    expect((await run("complete", "--", "check", "--client", "")).stdout).toMatch(/^docker\t\npodman\t\n/);
  });

  it("leaves the console as it was", async () => {
    const { log } = console;
    await run("completion", "bash");
    expect(console.log).toBe(log);
  });
});
