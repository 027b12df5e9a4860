import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoExecutable, PATH_WITH_DOCR, PROGRAMS } from "../support/lab/executable.ts";
import { explainMissing, type Part } from "../support/lab/parts.ts";
import { type Environment, run } from "../support/lab/run.ts";
import { openTerminal, type TerminalSession } from "../support/lab/terminal.ts";

const reasonFor = (parts: readonly Part[]): string | undefined =>
  explainNoExecutable() ?? explainMissing(parts);

let folder: string;
let env: Environment;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "docr-commands-"));
  for (const name of ["home", "run"]) mkdirSync(join(folder, name), { mode: 0o700 });
  env = { PATH: PATH_WITH_DOCR, HOME: join(folder, "home"), XDG_RUNTIME_DIR: join(folder, "run") };
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the command in a terminal of its own, which is closed at the end. */
async function inTerminal(
  command: string,
  body: (terminal: TerminalSession) => Promise<void>,
): Promise<void> {
  const room = mkdtempSync(join(folder, "t-"));
  const terminal = await openTerminal(room, command, env);
  try {
    await body(terminal);
  } finally {
    await terminal.close();
  }
}

describeUnless(reasonFor(["tmux"]), "in a real terminal", () => {
  it.each(PROGRAMS.map((path) => basename(path)))("%s shows its help and exits with 0", async (name) => {
    await inTerminal(`${name} prune --help`, async (terminal) => {
      const screen = await terminal.waitFor("[exit 0]");
      expect(screen).toContain("Usage: docr prune [options]");
    });
  });

  it.each([
    ["DOCR_STORE=file docr login", true],
    ["DOCR_STORE=file docr login --no-color", false],
    ["DOCR_STORE=file NO_COLOR=1 docr login", false],
  ])("the prompt of %s has colours: %s", async (command, hasColours) => {
    await inTerminal(command, async (terminal) => {
      await terminal.waitFor("DigitalOcean API token");
      expect(/\u001b\[[0-9;]*3[0-7]m/.test(await terminal.colours())).toBe(hasColours);
      await terminal.press("C-c");
    });
  });

  it.each(PROGRAMS.map((path) => basename(path)))("%s get says what it waits for", async (name) => {
    await inTerminal(`DOCR_STORE=file ${name} get`, async (terminal) => {
      await terminal.waitFor("docr: waiting for a registry's address");
      await terminal.type("ghcr.io");
      await terminal.press("Enter");
      await terminal.press("C-d");
      expect(await terminal.waitFor("[exit 1]")).toMatch(/^credentials not found in native keychain$/m);
    });
  });

  it("docr man opens the user's pager", async () => {
    await inTerminal("PAGER='sed -n 1p; echo paged' docr man", async (terminal) => {
      expect(await terminal.waitFor("[exit 0]")).toMatch(/^NAME\npaged\n/);
    });
  });

  it("wrong usage is one line, and exits with 2", async () => {
    await inTerminal("docr prune --jsn", async (terminal) => {
      const screen = await terminal.waitFor("[exit 2]");
      expect(screen).toBe("docr: error: unknown option '--jsn'; did you mean --json?\n[exit 2]\n$");
    });
  });
});

describeUnless(explainNoExecutable(), "piped", () => {
  it.each(PROGRAMS)("%s runs every command", async (program) => {
    const { code, stdout, stderr } = await run(program, ["prune", "--help"], { env });
    expect(stdout).toContain("Usage: docr prune [options]");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it.each(["status", "status --json", "man"])("docr %s fails on a full disk", async (verb) => {
    const outcome = await run("sh", ["-c", `docr ${verb} > /dev/full`], { env });
    expect(outcome).toMatchObject({
      code: 1,
      stderr: "docr: could not write the whole response to stdout\n",
    });
  });

  it("a reader that closes the pipe early causes no message", async () => {
    expect((await run("sh", ["-c", "docr man | true"], { env })).stderr).toBe("");
  });

  it.each(PROGRAMS)("%s keeps wrong usage off stdout", async (program) => {
    expect(await run(program, ["prune", "--jsn"], { env })).toMatchObject({
      code: 2,
      stdout: "",
      stderr: "docr: error: unknown option '--jsn'; did you mean --json?\n",
    });
  });
});

/**
 * Every command on a machine with nothing on it: no login, an age vault in place of the keychain, and an API address that
 * refuses connections. Its output on stdout or stderr, and its exit code.
 */
const ON_A_BARE_MACHINE: readonly (readonly [command: string, output: RegExp, code: number])[] = [
  ["status", /^in use +no API token; run docr login/m, 0],
  ["context list", /^\* {2}default {2}none$/m, 0],
  [
    "context use work",
    /there is no API token for the context work\ndocr: hint: run docr login --context work/,
    1,
  ],
  ["config list", /docr: no settings in ~\/\.config\/docr\/config\.json/, 0],
  ["config set stroe file", /docr: error: unknown setting 'stroe'; did you mean store\?/, 2],
  ["status --exit-code", /^get +not logged in to registry\.digitalocean\.com; run: docr login$/m, 1],
  ["prune", /^revoked 0 credentials$/m, 0],
  ["logout", /^no API token was stored; revoked 0 credentials$/m, 0],
  ["credentials", /there is no API token for the context default\ndocr: hint: run docr login/, 1],
  ["credentials acme --expiry soon", /--expiry/, 2],
  ["resolve basic.test/app --client podman", /^login +none: podman goes on without a login$/m, 3],
  ["resolve UPPER/Case", /docr: error: the image's repository must be in lower case/, 2],
  ["check 127.0.0.1:1/x --anonymous", /docr: error: 127\.0\.0\.1:1 refused the connection/, 1],
  ["token localhost:1/x", /docr: error: localhost:1 refused the connection/, 1],
  ["secret basic.test --client podman", /docr: error: podman has no login for basic\.test/, 3],
  ["registry list", /docr: no logins are stored/, 0],
  ["registry show basic.test", /docr: error: docr has no login for basic\.test/, 3],
  ["registry update basic.test", /docr: error: docr has no login for basic\.test/, 3],
  ["registry remove basic.test --yes", /docr: error: docr has no login for basic\.test/, 3],
  ["configure --client podman --dry-run", /^\+.*"registry\.digitalocean\.com": "docr"$/m, 0],
  ["unconfigure --dry-run", /^nothing would change$/m, 0],
  ["migrate --configure --dry-run", /^no logins to move$/m, 0],
  ["doctor", /^pass +store +the age vault works/m, 1],
  ["kubelet config --for kind", /registry\.digitalocean\.com/, 0],
  ["version --json", /^ {2}"version": "/m, 0],
  ["licenses", /license/i, 0],
  ["man", /^(?:\.TH DOCR 1|NAME$)/m, 0],
  ["completion fish", /docr complete/, 0],
];

/** The environment of such a machine. */
function bare(): Environment {
  const room = mkdtempSync(join(folder, "b-"));
  for (const name of ["home", "run"]) mkdirSync(join(room, name), { mode: 0o700 });
  const closed = "http://127.0.0.1:1";
  return {
    PATH: PATH_WITH_DOCR,
    HOME: join(room, "home"),
    XDG_RUNTIME_DIR: join(room, "run"),
    DOCR_STORE: "file",
    PAGER: "cat",
    DIGITALOCEAN_API_URL: closed,
    DIGITALOCEAN_OAUTH_URL: closed,
  };
}

describe("every command", () => {
  it("is in this table", async () => {
    const { stdout } = await run(DOCR, ["--help"], { env });
    const [, list = ""] = /^Commands:\n((?: {2}.*\n)+)/m.exec(stdout) ?? [];
    const names = Array.from(list.matchAll(/^ {2}([a-z]+)/gm), ([, name = ""]) => name);
    const tried = new Set(ON_A_BARE_MACHINE.map(([command]) => command.split(" ")[0]));
    // These ask for a token or a credential in a terminal. Other tests run them.
    expect(names.filter((one) => !tried.has(one))).toEqual(["login", "revoke", "help"]);
  });

  describeUnless(explainNoExecutable(), "piped", () => {
    it.concurrent.each(ON_A_BARE_MACHINE)(
      "docr %s prints %s and exits with %i",
      async (command, output, code) => {
        const outcome = await run(DOCR, command.split(" "), { env: bare(), stdin: "" });
        expect(outcome.stdout + outcome.stderr).toMatch(output);
        expect(outcome.stdout + outcome.stderr).not.toContain("\u001b");
        expect(outcome.code).toBe(code);
        // A failure prints nothing on stdout that looks like a result. The findings of the doctor are its result.
        const isFailure = (code === 1 || code === 2) && !/^(?:doctor|status)/.test(command);
        expect(isFailure ? outcome.stdout : "").toBe("");
      },
    );

    it.concurrent.each(
      ON_A_BARE_MACHINE.filter(
        ([command, , code]) => code === 0 && !/^(?:man|completion|licenses)/.test(command),
      ),
    )("docr %s prints only JSON for a script", async (command) => {
      const args = [...command.split(" "), "--json"];
      const { stdout, code } = await run(DOCR, args, { env: bare(), stdin: "" });
      expect(JSON.parse(stdout)).toEqual(expect.anything());
      expect(code).toBe(0);
    });
  });

  describeUnless(reasonFor(["tmux"]), "in a terminal", () => {
    it.concurrent.each(ON_A_BARE_MACHINE)(
      "docr %s prints %s and exits with %i",
      async (command, output, code) => {
        const room = mkdtempSync(join(folder, "t-"));
        const terminal = await openTerminal(room, `docr ${command}`, bare());
        try {
          await terminal.waitFor(/\[exit \d+\]/);
          const all = await terminal.scrollback();
          expect(all).toMatch(output);
          expect(all).toContain(`[exit ${code}]`);
        } finally {
          await terminal.close();
        }
      },
    );
  });
});

describeUnless(reasonFor(["man"]), "the manual page", () => {
  it("is valid roff", async () => {
    const { stdout } = await run(DOCR, ["man"], { env });
    const file = join(folder, "docr.1");
    writeFileSync(file, stdout);
    const printed = await run("man", ["--warnings", "-l", file], {
      env: { ...env, LANG: "C.UTF-8", MANWIDTH: "80" },
    });
    expect(printed).toMatchObject({ code: 0, stderr: "" });
    expect(printed.stdout).toContain("docr prune [options]");
  });
});

const BASH_COMPLETION = "/usr/share/bash-completion/bash_completion";

/** Each shell with docr's completion, as the user's start-up file loads it. */
const SHELLS: readonly {
  readonly parts: readonly Part[];
  readonly file: string;
  readonly text: string;
  readonly start: string;
}[] = [
  {
    parts: ["bash", BASH_COMPLETION],
    file: "bashrc",
    text: `source ${BASH_COMPLETION}\nsource <(docr completion bash)\nPS1="ready> "\n`,
    start: "bash --rcfile $ROOM/bashrc",
  },
  {
    parts: ["zsh"],
    file: ".zshrc",
    text: 'autoload -U compinit; compinit -u\nsource <(docr completion zsh)\nPS1="ready> "\n',
    start: "ZDOTDIR=$ROOM zsh -i",
  },
  {
    parts: ["fish"],
    file: "config.fish",
    text: 'docr completion fish | source\nfunction fish_prompt; echo "ready> "; end\n',
    start: "fish --no-config -C 'source $ROOM/config.fish'",
  },
];

describe("completion", () => {
  for (const { parts, file, text, start } of SHELLS) {
    describeUnless(reasonFor(["tmux", ...parts]), `in ${start.replace("$ROOM/", "")}`, () => {
      it("completes a command, a value under docker's name and a file at TAB", async () => {
        const room = mkdtempSync(join(folder, "s-"));
        writeFileSync(join(room, file), text);
        await inTerminal(start.replace("$ROOM", room), async (terminal) => {
          await terminal.waitFor("ready>");
          await terminal.type("docr pru");
          await terminal.press("Tab");
          expect(await terminal.waitFor("docr prune")).toContain("ready>");
          await terminal.press("C-u");
          await terminal.type("docker-credential-docr config set store fi");
          await terminal.press("Tab");
          await terminal.waitFor("docker-credential-docr config set store file");
          await terminal.press("C-u");
          await terminal.type(`docr doctor --report ${room}/${file.slice(0, -2)}`);
          await terminal.press("Tab");
          await terminal.waitFor(`docr doctor --report ${room}/${file}`);
        });
      });
    });
  }
});
