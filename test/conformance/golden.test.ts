import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoExecutable, LAUNCHER, PROGRAMS } from "../support/lab/executable.ts";
import { explainMissing, KEYRING } from "../support/lab/parts.ts";
import { createPasswordStore, type PasswordStore } from "../support/lab/password-store.ts";
import { type Environment, run } from "../support/lab/run.ts";
import { createUser, type User } from "../support/lab/user.ts";
import { STEPS } from "./golden-steps.ts";

/** Deliberate differences from both helpers. A test fails if one of the helpers gives docr's response after all. */
const DIFFERENCES: Readonly<Record<string, { readonly expected: RegExp; readonly why: string }>> = {
  "an unknown action": {
    expected: /^1 NAME: unknown action: fetch\n$/,
    why: "as newer releases of the helpers",
  },
  "an action in capitals": {
    expected: /^1 NAME: unknown action: GET\n$/,
    why: "as newer releases of the helpers",
  },
  version: { expected: /^0 NAME \(NAME\) \d+\.\d+\.\d+\n$/, why: "as newer releases of the helpers" },
  "store of nothing": { expected: /^1 [^\n]+\n$/, why: "plain words in place of Go's" },
  "store of no JSON": { expected: /^1 [^\n]+\n$/, why: "plain words in place of Go's" },
  "store of a list": { expected: /^1 [^\n]+\n$/, why: "plain words in place of Go's" },
  "store of unfinished JSON": { expected: /^1 [^\n]+\n$/, why: "plain words in place of Go's" },
  "store of a number as secret": { expected: /^1 [^\n]+\n$/, why: "plain words in place of Go's" },
  "get of it with a slash at the end": {
    expected: /^0 \{"ServerURL":"https:\/\/one\.test\/","Username":"user","Secret":"secret"\}\n$/,
    why: "an address matches with or without a slash at the end",
  },
  "get of it without the scheme": {
    expected: /^0 \{"ServerURL":"one\.test","Username":"user","Secret":"secret"\}\n$/,
    why: "an address matches with or without its scheme",
  },
};

/**
 * With two users for one server, secretservice returns one of them at random (measured: the older one 2 of 12 times), and pass
 * returns the older one. docr returns the user who logged in last.
 */
const TWO_USERS: Readonly<Record<string, { readonly last: string; readonly first: string }>> = {
  "get after the second user": {
    last: '0 {"ServerURL":"https://one.test","Username":"zweite","Secret":"other"}\n',
    first: '0 {"ServerURL":"https://one.test","Username":"user","Secret":"changed"}\n',
  },
  "list after the second user": {
    last: '0 {"https://one.test":"zweite"}\n',
    first: '0 {"https://one.test":"user"}\n',
  },
};

/**
 * The helpers differ from each other: pass 0.6.4 finds an empty login if there is none, fails to erase a missing one, keeps
 * both users of a server, and cuts odd user names and trailing line breaks; secretservice 0.6.4 does not find an empty
 * secret. docr agrees with one of them each time.
 */
const reason =
  explainNoExecutable() ??
  explainMissing(["docker-credential-secretservice", "docker-credential-pass", ...KEYRING, "pass", "gpg"]);

/** A response by the title of its step: the exit code and stdout. */
type Responses = ReadonlyMap<string, string>;

/** Runs all steps on one helper and its store, which is empty at first. */
async function runSteps(helper: string, env: Environment): Promise<Responses> {
  const responses = new Map<string, string>();
  for (const [title, { args, stdin }] of Object.entries(STEPS)) {
    const { code, signal, stdout } = await run(helper, args, { env, stdin });
    responses.set(title, `${code ?? signal} ${stdout.replaceAll(basename(helper), "NAME")}`);
  }
  return responses;
}

describeUnless(reason, "a response of docr and of docker's own helpers", () => {
  let folder: string;
  /** docr under docker's name, as on machines without a launcher. */
  let linked: string;
  let users: readonly User[];
  let env: Environment;
  let passwords: PasswordStore;
  let launcher: Responses;
  let docr: Responses;
  let secretservice: Responses;
  let pass: Responses;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "docr-g-"));
    linked = join(folder, basename(LAUNCHER));
    symlinkSync(DOCR, linked);
    const [first, second, third] = await Promise.all(
      ["a", "b", "c"].map((name) => createUser(join(folder, name))),
    );
    if (!first || !second || !third) throw new Error("three users were created");
    users = [first, second, third];
    ({ env } = first);
    passwords = await createPasswordStore(join(folder, "p"));
    [launcher, docr, secretservice, pass] = await Promise.all([
      runSteps(LAUNCHER, first.env),
      runSteps(linked, second.env),
      runSteps("docker-credential-secretservice", third.env),
      runSteps("docker-credential-pass", passwords.env),
    ]);
  });
  afterAll(async () => {
    await Promise.all([...users.map((user) => user.close()), passwords.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  const isSpecial = (title: string): boolean => title in DIFFERENCES || title in TWO_USERS;

  it.each(Object.keys(STEPS).filter((title) => !isSpecial(title)))(
    "is the same, byte for byte: %s",
    (title) => {
      expect([secretservice.get(title), pass.get(title)]).toContain(launcher.get(title));
    },
  );

  it.each(Object.entries(DIFFERENCES))("differs on purpose: %s", (title, { expected }) => {
    expect(launcher.get(title)).toMatch(expected);
    expect([secretservice.get(title), pass.get(title)]).not.toContain(launcher.get(title));
  });

  it.each(Object.entries(TWO_USERS))("is about the user who logged in last: %s", (title, { last, first }) => {
    expect(launcher.get(title)).toBe(last);
    expect([last, first]).toContain(secretservice.get(title));
  });

  it.each(Object.keys(STEPS))("is the same from the launcher and from a link to docr: %s", (title) => {
    expect(docr.get(title)).toBe(launcher.get(title));
  });

  it.each([["version"], ["list"], ["fetch"], ["--help"]])(
    "is the same from the launcher and from a link to docr, stderr included: %s",
    async (action) => {
      const launched = await run(LAUNCHER, [action], { env });
      const direct = await run(linked, [action], { env });
      expect([direct.code, direct.stdout, direct.stderr]).toEqual([
        launched.code,
        launched.stdout,
        launched.stderr,
      ]);
    },
  );

  it.each(PROGRAMS)("puts one line on stderr for a failure, and nothing else: %s", async (program) => {
    const listed = await run(program, ["list"], { env });
    const missing = await run(program, ["get"], { env, stdin: "missing.test" });
    const broken = await run(program, ["store"], { env, stdin: "{" });
    expect([listed.stderr, missing.stderr]).toEqual(["", ""]);
    expect(broken.stderr).toMatch(/^docr: [^\n]+\n$/);
  });
});
