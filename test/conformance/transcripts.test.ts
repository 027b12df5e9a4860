import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoExecutable, LAUNCHER } from "../support/lab/executable.ts";
import { explainMissing, KEYRING } from "../support/lab/parts.ts";
import { createUser, type User } from "../support/lab/user.ts";
import type { Outcome } from "../support/lab/run.ts";

const FOLDER = join(import.meta.dirname, "transcripts");
const TRANSCRIPTS = readdirSync(FOLDER);
const reason = explainNoExecutable() ?? explainMissing([...KEYRING, "secret-tool"]);

/**
 * One line of a transcript. `stdin TEXT` and `stdin-line TEXT` (with a line break) are the input of the next run; `run` and
 * `! run` (must fail) run the helper; `stdout 'TEXT'` and `stderr 'TEXT'` are its output without the last line break.
 */
const LINE = /^(stdin|stdin-line|run|! run|stdout|stderr)(?: (.*))?$/;

describeUnless(reason, "the transcript", () => {
  let folder: string;
  let user: User;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "docr-t-"));
    user = await createUser(join(folder, "p"));
  });
  afterAll(async () => {
    await user.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Plays the transcript. Returns every line that docr contradicts. */
  const play = async (program: string, transcript: string): Promise<readonly string[]> => {
    const wrong: string[] = [];
    let stdin = "";
    let outcome: Outcome | undefined;
    for (const [index, line] of readFileSync(join(FOLDER, transcript), "utf8").split("\n").entries()) {
      if (line === "" || line.startsWith("#")) continue;
      const [, word, text = ""] = LINE.exec(line) ?? [];
      const check = (isRight: boolean): void => {
        if (!isRight) wrong.push(`${transcript}:${index + 1}: ${line}`);
      };
      if (word === "stdin") stdin = text;
      else if (word === "stdin-line") stdin = `${text}\n`;
      else if (word === "stdout" || word === "stderr") {
        check(outcome?.[word].replace(/\n$/, "") === text.slice(1, -1));
      } else {
        outcome = await user.run(program, text === "" ? [] : text.split(" "), { stdin });
        check(outcome.code === (word === "run" ? 0 : 1));
        stdin = "";
      }
    }
    // The next transcript starts with an empty keychain.
    for (const name of Object.keys(JSON.parse((await user.docr("list")).stdout))) {
      await user.docr("erase", { stdin: name });
    }
    return outcome ? wrong : [`${transcript} runs nothing`];
  };

  it.each(TRANSCRIPTS)("%s holds for docker-credential-docr", async (transcript) => {
    expect(await play(LAUNCHER, transcript)).toEqual([]);
  });
  it.each(TRANSCRIPTS)("%s holds for docr under docker's name", async (transcript) => {
    const linked = join(folder, basename(LAUNCHER));
    if (!existsSync(linked)) symlinkSync(DOCR, linked);
    expect(await play(linked, transcript)).toEqual([]);
  });
});
