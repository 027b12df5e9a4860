import { describe, expect, it } from "vitest";
import { answerOf, createCredentialsBench, tokenOf } from "../../../support/fakes/credentials-bench.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { HOUR } from "../../../support/fakes/fixed-clock.ts";

const HOST = "registry.digitalocean.com";
const READ_ONLY = { access: "read-only" } as const;

/** A machine that knows the registry's name and has no cached credential. */
async function createKnowing(settings: object = READ_ONLY) {
  const bench = createCredentialsBench({ apiToken: tokenOf("a"), settings });
  await answerOf(bench);
  for (const name of bench.files.items.keys()) if (name.startsWith("minted-")) bench.files.items.delete(name);
  bench.api.calls.length = 0;
  return bench;
}

const callsOf = ({ api }: ReturnType<typeof createCredentialsBench>): readonly string[] =>
  api.calls.map((call) => call.replace(/^(list) .*/, "$1").replace(/ 3600$/, ""));

describe("a mint for the account's only registry", () => {
  it("costs one request once the name is known", async () => {
    const bench = await createKnowing();
    await answerOf(bench);
    expect(callsOf(bench)).toEqual(["mint acme read-only"]);
  });

  it("asks for the name again after a day", async () => {
    const bench = await createKnowing();
    bench.clock.pass(24 * HOUR);
    await answerOf(bench);
    expect(callsOf(bench)).toEqual(["list", "mint acme read-only"]);
  });

  it("asks for the name once if the registry was renamed, and remembers the new one", async () => {
    const bench = await createKnowing();
    bench.api.registries = ["renamed"];
    bench.api.fail("mint acme", "api-not-found");
    await answerOf(bench);
    expect(callsOf(bench)).toEqual(["mint acme read-only", "list", "mint renamed read-only"]);
    for (const name of bench.files.items.keys())
      if (name.startsWith("minted-")) bench.files.items.delete(name);
    await answerOf(bench);
    expect(callsOf(bench).slice(3)).toEqual(["mint renamed read-only"]);
  });

  it("asks for the name once if the token may not use the registry, and fails with the first refusal if it is the same", async () => {
    const bench = await createKnowing();
    bench.api.fail("mint acme", "api-forbidden");
    expect(await failureOf(() => bench.helper.get(HOST))).toMatchObject({ code: "api-forbidden" });
    expect(callsOf(bench)).toEqual(["mint acme read-only", "list"]);
  });

  it("mints for the account's registry if docr remembers that of another account", async () => {
    const bench = await createKnowing();
    bench.api.registries = ["beta"];
    bench.api.fail("mint acme", "api-forbidden");
    await answerOf(bench);
    expect(callsOf(bench)).toEqual(["mint acme read-only", "list", "mint beta read-only"]);
  });

  it("fails if the account has a second registry by then, and forgets the name", async () => {
    const bench = await createKnowing();
    bench.api.registries = ["beta", "gamma"];
    bench.api.fail("mint acme", "api-not-found");
    expect(await failureOf(() => bench.helper.get(HOST))).toMatchObject({ code: "several-registries" });
    expect([...bench.files.items.keys()].filter((name) => name.startsWith("registry-"))).toEqual([]);
  });

  it("uses the fresh credential of a request that named the registry, without a request", async () => {
    const bench = await createKnowing();
    await answerOf(bench, `${HOST}/acme`);
    const calls = bench.api.calls.length;
    expect(await answerOf(bench)).toEqual(await answerOf(bench, `${HOST}/acme`));
    expect(bench.api.calls).toHaveLength(calls);
  });

  it("asks for the name after a login and a logout", async () => {
    const bench = await createKnowing();
    await bench.helper.erase(HOST);
    await answerOf(bench);
    expect(callsOf(bench).filter((call) => call === "list")).toEqual(["list"]);
  });
});
