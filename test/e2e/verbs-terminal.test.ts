import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeUnless } from "../lab/describe.ts";
import { DOCR, explainNoExecutable, PATH_WITH_DOCR, PROGRAMS } from "../lab/executable.ts";
import { explainMissing, type Part } from "../lab/parts.ts";
import { type Environment, run } from "../lab/run.ts";
import { openTerminal, type TerminalSession } from "../lab/terminal.ts";

const reasonFor = (parts: readonly Part[]): string | undefined =>
  explainNoExecutable() ?? explainMissing(parts);

let folder: string;
let env: Environment;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "docr-verbs-"));
  for (const name of ["home", "run"]) mkdirSync(join(folder, name), { mode: 0o700 });
  env = { PATH: PATH_WITH_DOCR, HOME: join(folder, "home"), XDG_RUNTIME_DIR: join(folder, "run") };
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Each test has a terminal of its own, closed whatever happens in it. */
async function inTerminal(
  command: string,
  look: (terminal: TerminalSession) => Promise<void>,
): Promise<void> {
  const room = mkdtempSync(join(folder, "t-"));
  const terminal = await openTerminal(room, command, env);
  try {
    await look(terminal);
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

  it("wrong usage is one line, and exits with 2", async () => {
    await inTerminal("docr prune --jsn", async (terminal) => {
      const screen = await terminal.waitFor("[exit 2]");
      expect(screen).toBe("docr: unknown option '--jsn'; did you mean --json?\n[exit 2]\n#");
    });
  });
});

describeUnless(explainNoExecutable(), "piped", () => {
  it.each(PROGRAMS)("%s takes every verb", async (program) => {
    const { code, stdout, stderr } = await run(program, ["prune", "--help"], { env });
    expect(stdout).toContain("Usage: docr prune [options]");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it.each(["status", "status --json", "man"])("%s says where a full disk did not take it", async (verb) => {
    const outcome = await run("sh", ["-c", `docr ${verb} > /dev/full`], { env });
    expect(outcome).toMatchObject({
      code: 1,
      stderr: "docr: stdout did not take all of the answer (ENOSPC)\n",
    });
  });

  it("a reader that has had enough is told nothing", async () => {
    expect((await run("sh", ["-c", "docr man | true"], { env })).stderr).toBe("");
  });

  it.each(PROGRAMS)("%s keeps wrong usage off stdout", async (program) => {
    expect(await run(program, ["prune", "--jsn"], { env })).toMatchObject({
      code: 2,
      stdout: "",
      stderr: "docr: unknown option '--jsn'; did you mean --json?\n",
    });
  });
});

describeUnless(reasonFor(["man"]), "the manual page", () => {
  it("is good roff", async () => {
    const { stdout } = await run(DOCR, ["man"], { env });
    const file = join(folder, "docr.1");
    writeFileSync(file, stdout);
    const shown = await run("man", ["--warnings", "-l", file], {
      env: { ...env, LANG: "C.UTF-8", MANWIDTH: "80" },
    });
    expect(shown).toMatchObject({ code: 0, stderr: "" });
    expect(shown.stdout).toContain("docr prune [options]");
  });
});

const BASH_COMPLETION = "/usr/share/bash-completion/bash_completion";

/** How each shell is started with our completion in it, as its person's own start-up file would. */
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
      it("finishes a verb at a TAB", async () => {
        const room = mkdtempSync(join(folder, "s-"));
        writeFileSync(join(room, file), text);
        await inTerminal(start.replace("$ROOM", room), async (terminal) => {
          await terminal.waitFor("ready>");
          await terminal.type("docr pru");
          await terminal.press("Tab");
          expect(await terminal.waitFor("docr prune")).toContain("ready>");
        });
      });
    });
  }
});
