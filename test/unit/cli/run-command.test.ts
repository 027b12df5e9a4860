import { array, assert, asyncProperty, constantFrom, oneof, string } from "fast-check";
import { describe, expect, it } from "vitest";
import type { CommandOutput } from "../../../src/cli/errors.ts";
import { runCommand } from "../../../src/cli/run-command.ts";
import { HelperError, isHelperError } from "../../../src/core/errors.ts";
import { Secret } from "../../../src/core/secret.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";
import { createCommandBench, type CommandBenchOptions } from "../../support/fakes/command-bench.ts";

function run(...args: readonly string[]): Promise<CommandOutput> {
  return runCommand(args, createCommandBench().context);
}

const errorLines = (message: string, hint?: string): string =>
  `docr: error: ${message}\n${hint === undefined ? "" : `docr: hint: ${hint}\n`}`;

/** A secret in the wrong place on the command line. */
const TOKEN = `dop_v1_${"a1".repeat(32)}`;

async function commandNames(): Promise<readonly string[]> {
  const { stdout } = await run("--help");
  const [, list = ""] = /^Commands:\n((?: {2}.*\n)+)/m.exec(stdout) ?? [];
  return Array.from(list.matchAll(/^ {2}([a-z]+)/gm), ([, name = ""]) => name).filter(
    (name) => name !== "help",
  );
}

describe("the help", () => {
  it("of a command is printed by docr help COMMAND, even if the process already has an exit code", async () => {
    process.exitCode = 1;
    try {
      expect((await run("help", "prune")).stdout).toMatch(/^Usage: docr prune/);
    } finally {
      process.exitCode = undefined;
    }
  });

  it.each([[[]], [["--help"]], [["-h"]], [["help"]], [["help", "get"]], [["help", "help"]]])(
    "of docr is printed by %j",
    async (args) => {
      const { stdout, exitCode } = await run(...args);
      expect(stdout).toMatch(/^Usage: docr <command>/);
      expect(stdout).toContain("prune");
      expect(exitCode).toBe(0);
    },
  );

  it.each([[["registry"]], [["registry", "help"]], [["help", "registry"]], [["registry", "--no-color"]]])(
    "of a group is printed by %j",
    async (args) => {
      const { stdout, exitCode } = await run(...args);
      expect(stdout).toMatch(/^Usage: docr registry /);
      expect(exitCode).toBe(0);
    },
  );

  it.each([[["help", "registry", "list"]], [["registry", "help", "list"]], [["registry", "list", "-h"]]])(
    "of a command in a group is printed by %j",
    async (args) => {
      expect((await run(...args)).stdout).toMatch(/^Usage: docr registry list\|ls /);
    },
  );

  it("shows the usage of the credential-helper protocol", async () => {
    expect((await run("--help")).stdout).toContain(
      "Usage: docker-credential-docr <store|get|erase|list|version>",
    );
  });

  it.each(["-V, --version", "--no-color", "help [command]"])("names %s", async (usage) => {
    expect((await run()).stdout).toContain(`  ${usage}  `);
  });

  it("documents the exit codes", async () => {
    expect((await run("--help")).stdout).toMatch(/^Exit codes: 0 .*2 wrong usage/m);
  });

  it("of every command has an example", async () => {
    const names = await commandNames();
    const helps = await Promise.all(names.map(async (name) => (await run(name, "--help")).stdout));
    // A group has its examples at each of its commands.
    const without = helps.filter(
      (help) => !help.includes("\nCommands:\n") && !help.includes("\nExamples:\n  $ "),
    );
    expect(helps.length).toBeGreaterThan(1);
    expect(without).toEqual([]);
  });

  it("has no line over 100 columns", async () => {
    for (const name of await commandNames()) {
      const lines = (await run(name, "--help")).stdout.split("\n");
      expect(lines.filter((line) => line.length > 100)).toEqual([]);
    }
  });
});

describe("a result", () => {
  it("is text by default", async () => {
    expect(await run("prune")).toEqual({ stdout: "revoked 0 credentials\n", stderr: "", exitCode: 0 });
  });

  it("is JSON with --json", async () => {
    const { stdout } = await run("prune", "--json");
    expect(JSON.parse(stdout)).toEqual({ revoked: 0, notRevoked: 0, credentials: [] });
    expect(stdout).toMatch(/\n$/);
  });
});

describe("a command", () => {
  it("gets its options, with their defaults, and its arguments", async () => {
    const asked: unknown[] = [];
    const clients: CommandBenchOptions["clients"] = {
      async resolve(host, client, options) {
        asked.push([host, client, options]);
        const login = {
          kind: "password",
          credential: { username: new Secret("u"), secret: new Secret("p") },
        } as const;
        return { client, source: "f", kind: "file", key: "k", login, warnings: [] };
      },
      usesOf: async () => ({ usedBy: [], shadowedBy: [], warnings: [] }),
    };
    const runWith = (args: readonly string[], stdin = "") =>
      runCommand(args, createCommandBench({ clients, stdin }).context);
    const resolved = await runWith(["resolve", "quay.io/a/b", "--client", "podman", "--reveal", "--json"]);
    expect(JSON.parse(resolved.stdout)).toMatchObject({ username: "u", secret: "p" });
    await runWith(["resolve", "quay.io", "--key", "other"]);
    expect(asked).toEqual([
      ["quay.io", "podman", { repository: "a/b", key: undefined }],
      ["quay.io", "docker", { repository: undefined, key: "other" }],
    ]);
    const options = ["--username", "u", "--password-stdin", "--no-check"];
    const added = await runWith(["registry", "add", "quay.io", ...options], "p");
    expect(added).toMatchObject({ stdout: "stored the login of u for quay.io (not checked)\n", exitCode: 0 });
  });

  it("in a group has a help with an example", async () => {
    for (const name of ["list", "show", "add", "update", "remove"]) {
      const { stdout } = await run("registry", name, "--help");
      expect(stdout).toContain(`\nExamples:\n  $ docr registry ${name}`);
    }
  });
});

describe("an option whose name has a number", () => {
  it("is written with a dash in front of it, and reaches the command", async () => {
    const rules: unknown[] = [];
    const { context } = createCommandBench({
      registries: {
        async findManifest(_image, _login, given) {
          rules.push(given);
          return undefined;
        },
      },
    });
    await runCommand(["check", "alpine", "--anonymous", "--absent-on-401"], context);
    expect(rules).toEqual([{ absentOn401: true }]);
  });
});

describe("wrong usage", () => {
  it.each([
    [["prune", "--nothing-like-it"], "unknown option '--nothing-like-it'", "run docr prune --help"],
    [["prune", "x"], "docr prune takes no arguments", "run docr prune --help"],
    [["token", "a", "b"], "docr token takes 1 argument", "run docr token --help"],
    [["completion"], "docr completion requires the argument <shell>", "run docr completion --help"],
    [
      ["check", "--client", "podman"],
      "docr check requires the argument <image|host...>",
      "run docr check --help",
    ],
    [
      ["completion", "hunter2"],
      "the shell must be bash, zsh, fish or powershell",
      "run docr completion --help",
    ],
    [["--nothing"], "unknown option '--nothing'", "run docr --help"],
    [["nothing", "x"], "unknown command 'nothing'", "run docr --help"],
    [["help", "nothing"], "unknown command 'nothing'", "run docr --help"],
    [["resolve"], "docr resolve requires the argument <image|host>", "run docr resolve --help"],
    [
      ["resolve", "ghcr.io", "--client", "nerdctl"],
      "--client must be docker or podman",
      "run docr resolve --help",
    ],
    [
      ["registry", "remove", "ghcr.io", "--force"],
      "unknown option '--force'",
      "run docr registry remove --help",
    ],
    [["nothing"], "unknown command 'nothing'", "run docr --help"],
    [["nothing", "--help"], "unknown command 'nothing'", "run docr --help"],
    [["registry", "nothing", "--help"], "unknown command 'nothing'", "run docr registry --help"],
    [["--json", "status"], "unknown option '--json'", "put options after the command"],
    [
      ["get", "ghcr.io"],
      "docr get is a request of docker's protocol and takes no arguments",
      "send the address on stdin: echo registry.digitalocean.com | docr get",
    ],
    [
      ["list", "--json"],
      "docr list is a request of docker's protocol and takes no arguments",
      "run docr registry list",
    ],
    [["registry", "nothing"], "unknown command 'nothing'", "run docr registry --help"],
    [["logout", "--context"], "--context requires a value", "run docr logout --help"],
    [["logout", "--context", "--all"], "--context requires a value", "run docr logout --help"],
    [["logout", "--context=--all"], "--context requires a value", "run docr logout --help"],
    [
      ["logout", "--all", "--context", "x"],
      "--context and --all cannot be combined",
      "run docr logout --help",
    ],
    [
      ["registry", "add", "x.io", "--password-stdin"],
      "--password-stdin requires --username",
      "run docr registry add --help",
    ],
    [["prune", "-x"], "unknown option '-x'", "run docr prune --help"],
    [["prune", "-phunter2"], "unknown option '-p…'", "run docr prune --help"],
    [["prune", "--hunter=hunter2"], "unknown option '--hunter=…'", "run docr prune --help"],
    [["prune", "--hunter2"], "unknown option '…'", "run docr prune --help"],
    [["prune", "--hunter2\nx"], "unknown option '…'", "run docr prune --help"],
    [["hunter2", "x"], "unknown command '…'", "run docr --help"],
    [
      ["credentials", "--format", "hunter2"],
      "--format must be docker-config, kubernetes-secret, auth or env",
      "run docr credentials --help",
    ],
  ])("%j prints the error and the hint, and exits with 2", async (args, message, hint) => {
    const { stdout, ...rest } = await run(...args);
    expect(rest).toEqual({ stderr: errorLines(message, hint), exitCode: 2, code: "bad-arguments" });
    expect(stdout === "").toBe(!args.includes("--json"));
  });

  it.each([
    [["prune", "--jsn"], "unknown option '--jsn'; did you mean --json?"],
    [["prune", "--jsn=hunter2"], "unknown option '--jsn=…'; did you mean --json?"],
    [
      ["registry", "add", "ghcr.io", "--password", "hunter2"],
      "unknown option '--password'; did you mean --password-stdin?",
    ],
    [["login", "--token", "x"], "unknown option '--token'; did you mean --token-stdin?"],
    [["prun", "--json"], "unknown command 'prun'; did you mean prune?"],
    [["stauts"], "unknown command 'stauts'; did you mean status?"],
    [["hlep"], "unknown command 'hlep'; did you mean help?"],
    [["registry", "help", "lst"], "unknown command 'lst'; did you mean list?"],
    [["registry", "lst"], "unknown command 'lst'; did you mean list?"],
    [["help", "prun"], "unknown command 'prun'; did you mean prune?"],
  ])("%j prints the suggestion in the error's line", async (args, message) => {
    expect(await run(...args)).toMatchObject({ stderr: errorLines(message), exitCode: 2 });
  });

  it("with a single unknown word, as docker-credential-docr, is an error in docker's form, with the suggestion as its hint", async () => {
    const asHelper = runCommand(["prun"], createCommandBench().context, { isHelper: true });
    await expect(asHelper).rejects.toMatchObject({
      code: "unknown-action",
      message: "docker-credential-docr: unknown action: prun",
      hint: "did you mean prune?",
    });
  });

  it.each([
    [["prune", TOKEN]],
    [["prune", `--token=${TOKEN}`]],
    [["prune", `--${TOKEN}`]],
    [["completion", TOKEN]],
    [["credentials", "--format", TOKEN]],
  ])("does not repeat a token in the wrong place: %#", async (args) => {
    const { stderr } = await run(...args);
    expect(stderr).toMatch(/^docr: error: /);
    expect(stderr).not.toContain("a1a1a1");
  });

  it.each([[[TOKEN]], [["login", TOKEN]], [["login", "--token", TOKEN]], [["login", `--token=${TOKEN}`]]])(
    "with a token on the command line says what that means: %#",
    async (args) => {
      expect(await run(...args)).toMatchObject({
        stderr: errorLines(
          "do not put an API token on the command line; it is now in your shell history",
          "revoke it at https://cloud.digitalocean.com/account/api/tokens, and run docr login, which asks for a new one",
        ),
        exitCode: 2,
      });
    },
  );

  it("with the digest of an image is not taken for one with a token", async () => {
    const { stderr } = await run("check", `app@sha256:${"a1".repeat(32)}`, "--clent", "docker");
    expect(stderr).toContain("did you mean --client?");
  });

  it("does not repeat a token that stands alone", async () => {
    expect((await run(TOKEN)).stderr).not.toContain("a1a1a1");
    const asHelper = () => runCommand([TOKEN], createCommandBench().context, { isHelper: true });
    expect((await failureOf(asHelper)).message).not.toContain("a1a1a1");
  });

  it("of any kind is an output or a coded error", async () => {
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

async function fail(error: HelperError, ...args: readonly string[]) {
  const { context } = createCommandBench();
  return runCommand(args, {
    ...context,
    issue: async () => {
      throw error;
    },
  });
}

describe("an error with --json", () => {
  it.each([401, 422, 429, 500])(
    "of the API is one object on stdout, with the exit code as without: HTTP %i",
    async (status) => {
      const response = { status, requestId: "0123-abc", retryAfterSeconds: 30, apiMessage: "Too many" };
      const error = new HelperError("api-rate-limited", "the api said no", { response });
      const { stdout, stderr, exitCode } = await fail(error, "credentials", "acme", "--json");
      expect(JSON.parse(stdout)).toEqual({
        error: {
          code: "api-rate-limited",
          message: "the api said no",
          hint: "run fewer jobs at once, or give them separate API tokens",
          ...response,
        },
      });
      expect(stdout.endsWith("}\n")).toBe(true);
      const plain = await fail(error, "credentials", "acme");
      expect(plain).toMatchObject({ stdout: "", stderr, exitCode });
    },
  );

  it("has no field that is not known", async () => {
    const error = new HelperError("mistyped", "the message");
    expect(JSON.parse((await fail(error, "credentials", "--json")).stdout)).toEqual({
      error: { code: "mistyped", message: "the message" },
    });
  });

  it("is wrong usage too", async () => {
    const { stdout, exitCode } = await run("prune", "--nothing-like-it", "--json");
    expect([JSON.parse(stdout).error.code, exitCode]).toEqual(["bad-arguments", 2]);
    expect((await run("prune", "--nothing-like-it", "--", "--json")).stdout).toBe("");
  });
});

describe("an error", () => {
  it("that docr did not foresee is reported by its kind, never by its message", async () => {
    const { context } = createCommandBench();
    const inventory = { ...context.inventory, living: () => Promise.reject(new TypeError("hunter2")) };
    expect(await runCommand(["prune"], { ...context, inventory })).toEqual({
      stdout: "",
      stderr: errorLines("unexpected failure (TypeError)", "please report this as a bug"),
      exitCode: 1,
      code: "internal",
    });
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

  it("offers the commands that begin with the word", async () => {
    expect((await run("complete", "--", "pru")).stdout).toMatch(/^prune\t/);
  });

  it("offers a command's options", async () => {
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
