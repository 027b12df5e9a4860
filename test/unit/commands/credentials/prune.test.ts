import { describe, expect, it } from "vitest";
import { HelperError } from "../../../../src/core/errors.ts";
import { pruneCommand } from "../../../../src/commands/credentials/prune.ts";
import { MINUTE } from "../../../support/fakes/fixed-clock.ts";
import { answerOf, tokenOf } from "../../../support/fakes/credentials-bench.ts";
import { createCommandBench, type CommandBench } from "../../../support/fakes/command-bench.ts";

/** One credential in use, one that it superseded, and one issued to the user. */
async function createThree(): Promise<CommandBench> {
  const bench = createCommandBench({ apiToken: tokenOf("a") });
  await bench.domain.issue({
    registry: undefined,
    context: undefined,
    access: "read-only",
    lifetime: { kind: "unlimited" },
    approve: () => undefined,
  });
  await answerOf(bench);
  bench.clock.pass(35 * MINUTE);
  await bench.refresh("registry.digitalocean.com");
  bench.clock.pass(2 * MINUTE);
  return bench;
}

const revoked = (bench: CommandBench) => bench.api.calls.filter((call) => call.startsWith("revoke"));

describe("docr prune", () => {
  it("revokes the superseded credential, and lists the active ones", async () => {
    const bench = await createThree();
    const { text, json } = await bench.run(pruneCommand);
    expect(text).toBe(
      [
        "revoked 1 credential",
        "",
        "REGISTRY  ACCESS      AGE     EXPIRES IN  STATE",
        "acme      read-write  2 min   58 min      in use",
        "acme      read-only   37 min  never       issued",
        "",
      ].join("\n"),
    );
    expect(json).toMatchObject({ revoked: 1, credentials: [{ state: "current" }, { state: "issued" }] });
    expect(revoked(bench)).toEqual(["revoke minted-secret-2"]);
  });

  it("revokes nothing with --dry-run, and lists what it would revoke", async () => {
    const bench = await createThree();
    const { text, json } = await bench.run(pruneCommand, { dryRun: true });
    expect(text).toMatch(/^would revoke 1 credential\n/);
    expect(text).toMatch(/^acme +read-write +37 min +23 min +superseded$/m);
    expect(json).toMatchObject({ wouldRevoke: 1 });
    expect(revoked(bench)).toEqual([]);
  });

  it("returns everything but the secrets as JSON", async () => {
    const bench = await createThree();
    const { json } = await bench.run(pruneCommand);
    expect(JSON.stringify(json)).not.toContain("minted-secret");
    expect(json).toMatchObject({
      credentials: [
        {
          registry: "acme",
          access: "read-write",
          mintedAt: "2026-11-21T12:35:00.000Z",
          expiresAt: "2026-11-21T13:35:00.000Z",
          tokenFrom: "environment",
          state: "current",
        },
        { expiresAt: null, state: "issued" },
      ],
    });
  });

  it("prints no table without active credentials", async () => {
    expect(await createCommandBench().run(pruneCommand)).toEqual({
      text: "revoked 0 credentials\n",
      json: { revoked: 0, notRevoked: 0, credentials: [] },
      exitCode: 0,
    });
  });

  it("fails if a credential could not be revoked, and keeps it for the next run", async () => {
    const bench = await createThree();
    bench.api.fail("revoke", "api-unavailable");
    const { text, json, exitCode } = await bench.run(pruneCommand);
    expect(text).toMatch(/^revoked 0 credentials, 1 could not be revoked\n/);
    expect(json).toMatchObject({ revoked: 0, notRevoked: 1 });
    expect(exitCode).toBe(1);
    expect((await bench.run(pruneCommand, { dryRun: true })).exitCode).toBe(0);
  });

  it("warns about a place that it cannot read, and fails", async () => {
    const bench = await createThree();
    bench.keychain.failWith(new HelperError("keychain-locked", "the keychain is locked"));
    expect(await bench.run(pruneCommand)).toMatchObject({ exitCode: 1 });
    expect(bench.warnings).toEqual([
      "the keychain is locked: credentials stored there are not listed and were not revoked",
    ]);
  });
});
