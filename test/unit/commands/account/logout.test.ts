import { describe, expect, it } from "vitest";
import { HelperError } from "../../../../src/core/errors.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { logoutCommand } from "../../../../src/commands/account/logout.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { answerOf, tokenOf } from "../../../support/fakes/helper-bench.ts";
import {
  createCommandBench,
  type CommandBench,
  type CommandBenchOptions,
} from "../../../support/fakes/command-bench.ts";

/** Somebody who is logged in to these accounts. */
async function createMember(
  contexts: readonly string[],
  options: CommandBenchOptions = {},
): Promise<CommandBench> {
  const bench = createCommandBench(options);
  for (const context of contexts) await bench.credentials.apiTokens.write(context, new Secret(tokenOf("a")));
  return bench;
}

const kept = (bench: CommandBench) => [...bench.keychain.items.keys()];

describe("docr logout", () => {
  it("forgets the only account, and revokes what was minted", async () => {
    const bench = await createMember(["default"]);
    await answerOf(bench);
    expect(await bench.run(logoutCommand)).toEqual({
      text: "deleted the API token of the default account; revoked 1 credential\n",
      json: { contexts: ["default"], revoked: 1, notRevoked: 0 },
    });
    expect([kept(bench), bench.warnings]).toEqual([[], []]);
  });

  it("is no failure where nothing is kept", async () => {
    expect(await createCommandBench().run(logoutCommand)).toMatchObject({
      text: "no API token was stored; revoked 0 credentials\n",
    });
  });

  it("forgets one account of several where it is named", async () => {
    const bench = await createMember(["default", "work"]);
    await bench.run(logoutCommand, { context: "WORK" });
    expect(kept(bench)).toEqual(["api-token:default"]);
  });

  it("wants to be told which of several is meant, and forgets none until then", async () => {
    const bench = await createMember(["work", "default"]);
    await expect(bench.run(logoutCommand)).rejects.toMatchObject({
      code: "bad-arguments",
      message: "several accounts are logged in: default, work",
      hint: "choose one with --context, or use --all",
    });
    expect(kept(bench)).toHaveLength(2);
  });

  it("asks for a yes on a terminal", async () => {
    const declined = await createMember(["work", "default"], { answers: [false] });
    expect(await failureOf(() => declined.run(logoutCommand))).toMatchObject({ code: "cancelled" });
    expect(declined.questions).toEqual(["Log out of all accounts (default, work)?"]);
    expect(kept(declined)).toHaveLength(2);
    const agreed = await createMember(["work", "default"], { answers: [true] });
    expect(await agreed.run(logoutCommand)).toMatchObject({
      text: "deleted the API tokens of the default account, work; revoked 0 credentials\n",
    });
    expect(kept(agreed)).toEqual([]);
  });

  it("forgets all without a question where that is said", async () => {
    const bench = await createMember(["work", "default"]);
    await bench.run(logoutCommand, { all: true });
    expect(kept(bench)).toEqual([]);
  });

  it("refuses to be told both", async () => {
    expect(
      await failureOf(() => createCommandBench().run(logoutCommand, { all: true, context: "work" })),
    ).toMatchObject({ code: "bad-arguments" });
  });

  it("counts what could not be revoked", async () => {
    const bench = await createMember(["default"]);
    await answerOf(bench);
    bench.api.fail("revoke", "api-unavailable");
    expect(await bench.run(logoutCommand)).toMatchObject({
      text: "deleted the API token of the default account; revoked 0 credentials, 1 could not be revoked\n",
    });
  });

  it("says where an API token is found all the same", async () => {
    const environment = await createMember(["default"], { apiToken: tokenOf("e") });
    await environment.run(logoutCommand);
    expect(environment.warnings).toEqual(["docker still gets credentials: DIGITALOCEAN_ACCESS_TOKEN is set"]);
    const doctl = await createMember(["default"], { doctl: { default: tokenOf("d") } });
    await doctl.run(logoutCommand);
    expect(doctl.warnings).toEqual(["docker still gets credentials: doctl's config holds an API token"]);
  });

  it("fails while the keychain is locked", async () => {
    const bench = await createMember(["default"]);
    bench.keychain.failWith(new HelperError("keychain-locked", "the keychain is locked"));
    expect(await failureOf(() => bench.run(logoutCommand))).toMatchObject({ code: "keychain-locked" });
  });
});
