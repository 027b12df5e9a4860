import { describe, expect, it } from "vitest";
import { HelperError } from "../../../../src/core/errors.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { logoutCommand } from "../../../../src/commands/account/logout.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { answerOf, tokenOf } from "../../../support/fakes/credentials-bench.ts";
import {
  createCommandBench,
  type CommandBench,
  type CommandBenchOptions,
} from "../../../support/fakes/command-bench.ts";

/** A user who is logged in to these accounts. */
async function createMember(
  contexts: readonly string[],
  options: CommandBenchOptions = {},
): Promise<CommandBench> {
  const bench = createCommandBench(options);
  for (const context of contexts) await bench.credentials.apiTokens.write(context, new Secret(tokenOf("a")));
  return bench;
}

const stored = (bench: CommandBench) => [...bench.keychain.items.keys()];

describe("docr logout", () => {
  it("deletes the only account's token, and revokes what it minted", async () => {
    const bench = await createMember(["default"]);
    await answerOf(bench);
    expect(await bench.run(logoutCommand)).toEqual({
      text: "deleted the API token of the default account; revoked 1 credential\n",
      json: { contexts: ["default"], revoked: 1, notRevoked: 0, inBackground: 0, isMintedKnown: true },
    });
    expect([stored(bench), bench.warnings]).toEqual([[], []]);
  });

  it("says that docr does not know what it minted, where it could not record it", async () => {
    const options = { canRecord: false };
    const NOT_RECORDED =
      "credentials minted on this machine could not be recorded, and stay valid until they expire";
    expect(await (await createMember(["default"], options)).run(logoutCommand)).toMatchObject({
      text: `deleted the API token of the default account; ${NOT_RECORDED}\n`,
      json: { revoked: 0, isMintedKnown: false },
    });
    expect(await createCommandBench({ ...options, apiToken: tokenOf("a") }).run(logoutCommand)).toMatchObject(
      { text: `${NOT_RECORDED}\n` },
    );
    const bench = await createMember(["default"], options);
    await answerOf(bench);
    expect(await bench.run(logoutCommand)).toMatchObject({
      text: `deleted the API token of the default account; revoked 1 credential; ${NOT_RECORDED}\n`,
    });
  });

  it("succeeds if no token is stored", async () => {
    expect(await createCommandBench().run(logoutCommand)).toMatchObject({
      text: "no API token was stored; revoked 0 credentials\n",
    });
  });

  it("deletes one account's token if it is named", async () => {
    const bench = await createMember(["default", "work"]);
    await bench.run(logoutCommand, { context: "WORK" });
    expect(stored(bench)).toEqual(["api-token:default"]);
  });

  it("logs out of the account in use, and names the others", async () => {
    const bench = await createMember(["home", "work", "default"], { settings: { context: "work" } });
    await answerOf(bench);
    expect(await bench.run(logoutCommand)).toMatchObject({
      text: "deleted the API token of work; revoked 1 credential\n",
      json: { contexts: ["work"], revoked: 1 },
    });
    expect(stored(bench)).toEqual(["api-token:home", "api-token:default"]);
    expect(bench.notes).toEqual([
      "still logged in: default, home; docr logout --all logs out of all accounts",
    ]);
    expect(bench.questions).toEqual([]);
  });

  it("revokes what the environment's token created, if that is in use, and keeps the stored ones", async () => {
    const bench = await createMember(["default"], { apiToken: tokenOf("e") });
    await answerOf(bench);
    expect(await bench.run(logoutCommand)).toMatchObject({
      text: "revoked 1 credential, created with the API token from DIGITALOCEAN_ACCESS_TOKEN\n",
      json: { contexts: [], revoked: 1 },
    });
    expect(stored(bench)).toEqual(["api-token:default"]);
  });

  it("suggests --all if a wrong setting hides the account in use", async () => {
    const badSettings = new HelperError("bad-setting", "DOCR_TTL must be a number");
    const bench = await createMember(["default"], { badSettings });
    await expect(bench.run(logoutCommand)).rejects.toMatchObject({
      code: "bad-setting",
      hint: "correct the setting, or log out of every account: docr logout --all",
    });
    await bench.run(logoutCommand, { all: true });
    expect(stored(bench)).toEqual([]);
  });

  it("deletes every token with --all, without a prompt", async () => {
    const bench = await createMember(["work", "default"]);
    await bench.run(logoutCommand, { all: true });
    expect([stored(bench), bench.notes]).toEqual([[], []]);
  });

  it("rejects --context together with --all", async () => {
    expect(
      await failureOf(() => createCommandBench().run(logoutCommand, { all: true, context: "work" })),
    ).toMatchObject({ code: "bad-arguments" });
  });

  it("counts credentials that could not be revoked", async () => {
    const bench = await createMember(["default"]);
    await answerOf(bench);
    bench.api.fail("revoke", "api-unavailable");
    expect(await bench.run(logoutCommand)).toMatchObject({
      text: "deleted the API token of the default account; revoked 0 credentials, 1 could not be revoked\n",
    });
  });

  it("warns if docker still finds an API token", async () => {
    const environment = await createMember(["default"], { apiToken: tokenOf("e") });
    await environment.run(logoutCommand);
    expect(environment.warnings).toEqual(["docker still gets credentials: DIGITALOCEAN_ACCESS_TOKEN is set"]);
    const doctl = await createMember(["default"], { doctl: { default: tokenOf("d") } });
    await doctl.run(logoutCommand);
    expect(doctl.warnings).toEqual(["docker still gets credentials: doctl's config holds an API token"]);
  });

  it("fails if the keychain is locked", async () => {
    const bench = await createMember(["default"]);
    bench.keychain.failWith(new HelperError("keychain-locked", "the keychain is locked"));
    expect(await failureOf(() => bench.run(logoutCommand))).toMatchObject({ code: "keychain-locked" });
  });
});
