import { describe, expect, it } from "vitest";
import { CURRENT, SUPERSEDED } from "../../../../src/credentials/inventory/credential-cache.ts";
import {
  answerOf,
  createCredentialsBench,
  type CredentialsBench,
  tokenOf,
} from "../../../support/fakes/credentials-bench.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { HOUR, MINUTE } from "../../../support/fakes/fixed-clock.ts";

const HOST = "registry.digitalocean.com";
const PATH = `${HOST}/acme/app`;

const benchWithToken = (settings = {}): CredentialsBench =>
  createCredentialsBench({ apiToken: tokenOf("a"), settings });
const secretFor = async (bench: CredentialsBench, serverUrl: string): Promise<string | undefined> =>
  (await answerOf(bench, serverUrl)).at(-1);
const mints = (bench: CredentialsBench): number =>
  bench.api.calls.filter((call) => call.startsWith("mint")).length;
const stored = (bench: CredentialsBench, prefix: string): number =>
  [...bench.files.items.keys()].filter((name) => name.startsWith(prefix)).length;

/** Runs the request while the next one waits for its first lock. */
function meanwhile(bench: CredentialsBench, serverUrl: string): void {
  let isFirst = true;
  bench.locks.meanwhile = async () => {
    if (!isFirst) return;
    isFirst = false;
    await answerOf(bench, serverUrl);
  };
}

describe("an account's only registry, named in a path and asked for by the host alone,", () => {
  it.each([
    [HOST, PATH],
    [PATH, HOST],
  ])("has one credential and one mint: first %s, then %s", async (first, second) => {
    const bench = benchWithToken();
    const secret = await secretFor(bench, first);
    for (const serverUrl of [second, first, `https://${HOST}/acme`, `${HOST}/v2/`])
      expect(await secretFor(bench, serverUrl)).toBe(secret);
    expect(mints(bench)).toBe(1);
    expect(stored(bench, CURRENT)).toBe(1);
    expect(stored(bench, SUPERSEDED)).toBe(0);
  });

  it("costs no more API calls than before: a path needs no list, the host alone needs one", async () => {
    const bench = benchWithToken();
    await answerOf(bench, PATH);
    expect(bench.api.calls).toEqual(["mint acme read-write 3600"]);
    await answerOf(bench, HOST);
    await answerOf(bench, HOST);
    expect(bench.api.calls).toEqual(["mint acme read-write 3600", `list ${tokenOf("a")}`]);
  });

  it.each([
    [HOST, PATH],
    [PATH, HOST],
  ])("is minted once if a get of %s runs while one of %s waits for the lock", async (first, second) => {
    const bench = benchWithToken();
    meanwhile(bench, first);
    const secret = await secretFor(bench, second);
    expect(await secretFor(bench, first)).toBe(secret);
    expect(mints(bench)).toBe(1);
  });

  it("is not revoked by a process that was stopped while another one found it too", async () => {
    const bench = benchWithToken();
    const secret = await secretFor(bench, PATH);
    const read = bench.files.read.bind(bench.files);
    bench.files.read = async (name) => {
      const found = await read(name);
      if (!found || bench.api.calls.at(-1) !== `list ${tokenOf("a")}`) return found;
      bench.files.read = read;
      await answerOf(bench, HOST);
      bench.locks.isTaken = true;
      return found;
    };
    for (const one of [HOST, PATH]) expect(await secretFor(bench, one)).toBe(secret);
    expect(bench.api.calls.filter((call) => call.startsWith("revoke"))).toEqual([]);
    expect(mints(bench)).toBe(1);
  });

  it("has one lock and one background refresh", async () => {
    const bench = benchWithToken();
    const locks = new Set<string>();
    bench.locks.meanwhile = async (name) => void (name === "keeping" || locks.add(name));
    await answerOf(bench, PATH);
    await answerOf(bench, HOST);
    expect(locks.size).toBe(1);
    bench.clock.pass(31 * MINUTE);
    for (const serverUrl of [HOST, PATH]) await answerOf(bench, serverUrl);
    expect(bench.refreshed.size).toBe(1);
  });

  it.each([HOST, PATH])("is replaced for both by a get of %s", async (serverUrl) => {
    const bench = benchWithToken();
    await answerOf(bench, HOST);
    bench.clock.pass(50 * MINUTE);
    const secret = await secretFor(bench, serverUrl);
    for (const one of [HOST, PATH]) expect(await secretFor(bench, one)).toBe(secret);
    expect(mints(bench)).toBe(2);
    expect([stored(bench, CURRENT), stored(bench, SUPERSEDED)]).toEqual([1, 1]);
  });

  it("has another credential for another access", async () => {
    const bench = benchWithToken();
    await answerOf(bench, HOST);
    bench.settings.access = "read-only";
    await answerOf(bench, PATH);
    expect(bench.api.calls.at(-1)).toBe("mint acme read-only 3600");
  });

  it("is the same with DOCR_REGISTRY", async () => {
    const bench = benchWithToken();
    const secret = await secretFor(bench, HOST);
    bench.settings.registry = "acme";
    for (const one of [HOST, PATH]) expect(await secretFor(bench, one)).toBe(secret);
    bench.settings.registry = "other";
    expect(await secretFor(bench, HOST)).not.toBe(secret);
    expect(await secretFor(bench, PATH)).toBe(secret);
  });

  it("has another credential if the configuration gives the registry to another account", async () => {
    const settings = { contexts: { acme: "work" }, context: "home" };
    const bench = createCredentialsBench({ doctl: { work: tokenOf("e"), home: tokenOf("f") }, settings });
    const ofHome = await secretFor(bench, HOST);
    const ofWork = await secretFor(bench, PATH);
    expect(ofWork).not.toBe(ofHome);
    expect(await secretFor(bench, HOST)).toBe(ofHome);
    // The other account alone shares its credential.
    bench.settings.context = "work";
    expect(await secretFor(bench, HOST)).toBe(ofWork);
    expect(mints(bench)).toBe(2);
  });

  it("is minted again for both after doctl has switched", async () => {
    const bench = createCredentialsBench({ doctl: { default: tokenOf("d") } });
    for (const one of [HOST, PATH]) await answerOf(bench, one);
    bench.doctl["default"] = tokenOf("e");
    const secret = await secretFor(bench, PATH);
    expect(await secretFor(bench, HOST)).toBe(secret);
    expect(mints(bench)).toBe(2);
  });

  it("is not shared with a registry that has replaced it", async () => {
    const bench = benchWithToken();
    await answerOf(bench, HOST);
    bench.api.fail("mint acme", "api-not-found");
    bench.api.registries = ["renamed"];
    bench.clock.pass(50 * MINUTE);
    expect(await failureOf(() => bench.helper.get(PATH))).toMatchObject({
      code: "api-not-found",
      message: "this account has no registry named acme",
    });
    const secret = await secretFor(bench, `${HOST}/renamed/app`);
    expect(await secretFor(bench, HOST)).toBe(secret);
    expect(stored(bench, CURRENT)).toBe(1);
  });

  it.each([HOST, PATH])(
    "may have two credentials from an earlier version, and a mint for %s supersedes both",
    async (serverUrl) => {
      const bench = benchWithToken();
      const earlier = createCredentialsBench({ apiToken: tokenOf("a"), secretOf: () => "of-path" });
      await answerOf(earlier, PATH);
      await answerOf(bench, HOST);
      for (const [name, text] of earlier.files.items) bench.files.items.set(name, text);
      expect(stored(bench, CURRENT)).toBe(2);
      for (const one of [HOST, PATH]) expect(await secretFor(bench, one)).toBe("minted-secret-1");
      bench.clock.pass(46 * MINUTE);
      expect(await secretFor(bench, serverUrl)).toBe("minted-secret-2");
      expect([stored(bench, CURRENT), stored(bench, SUPERSEDED)]).toEqual([1, 2]);
    },
  );

  it("is replaced, and not shared, if the path's credential is due for refresh", async () => {
    const bench = benchWithToken();
    await answerOf(bench, PATH);
    bench.clock.pass(31 * MINUTE);
    expect(await secretFor(bench, HOST)).toBe("minted-secret-2");
    expect(await secretFor(bench, PATH)).toBe("minted-secret-2");
    expect([stored(bench, CURRENT), stored(bench, SUPERSEDED)]).toEqual([1, 1]);
  });

  it("is shared in the keychain too", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), hasFiles: false });
    const secret = await secretFor(bench, PATH);
    for (const one of [HOST, PATH]) expect(await secretFor(bench, one)).toBe(secret);
    expect(mints(bench)).toBe(1);
  });

  it("is revoked once by a logout", async () => {
    const bench = benchWithToken();
    for (const one of [PATH, HOST]) await answerOf(bench, one);
    await bench.helper.erase(HOST);
    expect(bench.api.calls.filter((call) => call.startsWith("revoke"))).toEqual(["revoke minted-secret-1"]);
    expect(stored(bench, CURRENT)).toBe(0);
  });

  it("is not returned to the host alone if the API refuses the list", async () => {
    const bench = benchWithToken();
    await answerOf(bench, PATH);
    bench.api.fail("list", "api-unauthorized");
    expect(await failureOf(() => bench.helper.get(HOST))).toMatchObject({ code: "api-unauthorized" });
  });
});

describe("one of an account's several registries", () => {
  it("has its own credential, and the host alone fails as before", async () => {
    const bench = benchWithToken();
    bench.api.registries = ["acme", "beta"];
    const secrets = [await secretFor(bench, PATH), await secretFor(bench, `${HOST}/beta/app`)];
    expect(new Set(secrets).size).toBe(2);
    expect(await failureOf(() => bench.helper.get(HOST))).toEqual({
      code: "several-registries",
      message: "this account has several registries: acme, beta",
    });
    expect([await secretFor(bench, PATH), await secretFor(bench, `${HOST}/beta/app`)]).toEqual(secrets);
    expect(mints(bench)).toBe(2);
  });

  it("does not fail with the error that another process got for the host alone", async () => {
    const bench = benchWithToken();
    bench.api.registries = ["acme", "beta"];
    await failureOf(() => bench.helper.get(HOST));
    expect([...bench.locks.shared.values()]).toMatchObject([{ code: "several-registries" }]);
    bench.locks.isContended = true;
    expect(await secretFor(bench, PATH)).toBe("minted-secret-1");
    expect(await failureOf(() => bench.helper.get(HOST))).toMatchObject({ code: "several-registries" });
  });

  it("keeps its own credential while the account had one registry and got a second", async () => {
    const bench = benchWithToken();
    const secret = await secretFor(bench, HOST);
    bench.api.registries = ["acme", "beta"];
    expect(await secretFor(bench, PATH)).toBe(secret);
    expect(await secretFor(bench, `${HOST}/beta/app`)).not.toBe(secret);
    bench.clock.pass(2 * HOUR);
    expect(await secretFor(bench, HOST)).toBe("minted-secret-3");
    expect(await secretFor(bench, PATH)).toBe("minted-secret-3");
  });
});

describe("a registry whose account may not list registries", () => {
  it("has a credential of its own beside the host's", async () => {
    const bench = benchWithToken();
    bench.api.fail("list", "api-forbidden");
    await answerOf(bench, PATH);
    await answerOf(bench, HOST);
    await answerOf(bench, PATH);
    expect(bench.api.calls.filter((call) => call.startsWith("mint"))).toEqual([
      "mint acme read-write 3600",
      "mint ? read-write 3600",
    ]);
  });
});
