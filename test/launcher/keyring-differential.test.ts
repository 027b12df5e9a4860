/** The launcher and docr, with a real gnome-keyring. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Secret } from "../../src/core/secret.ts";
import { parseAddress } from "../../src/core/address.ts";
import { encodeLogin } from "../../src/credentials/codec.ts";
import { LOGIN } from "../../src/credentials/stored-logins.ts";
import { attributesOf, labelOf } from "../../src/secret-service/attributes.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoLauncher, LAUNCHER } from "../support/lab/executable.ts";
import { type Keyring, startKeyring } from "../support/lab/keyring.ts";
import { explainMissing } from "../support/lab/parts.ts";
import { runWell } from "../support/lab/run.ts";
import { call, inParallel } from "./call.ts";
import { openBench, type Bench } from "./launcher-bench.ts";
import { explainNoStub } from "./stub.ts";

const SEED = 20261127;
const WORKERS = 4;
/** The exit code of docr's stub. */
const RAN_DOCR = 47;

const text = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[ -~]{1,40}$/) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 20 }).map((one) => one.toWellFormed()),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("x".repeat(3000), "x".repeat(20_000), "a\nb", "<&>", "\u2028", '"\\'),
  },
);

/** Addresses of registries whose logins are stored, in the spelling in which docker stores them. */
const STORED = [
  "ghcr.io",
  "https://quay.io",
  "localhost:5000",
  "registry.example.com/Path",
  "https://gcr.io/v2/",
  "https://index.docker.io/v1/",
  "https://index.docker.io/v1/access-token",
  "a_b.example",
  ...Array.from({ length: 180 }, (_, index) => `r${index}.example`),
];
/** Other spellings. */
const SPELLINGS = ["GHCR.io", "http://ghcr.io//", "quay.io/", "https://localhost:5000", "docker.io"];
const MISSING = [
  "https://missing.example/v1/",
  "registry.example.com/path",
  "index.docker.io/v1/refresh-token",
  ...Array.from({ length: 10 }, (_, index) => `missing${index}.example`),
];
/** A damaged login, and addresses that docr rejects or finds unusual. */
const ODD = [
  "damaged.example",
  "",
  "https://",
  "münchen.example",
  "me@ghcr.io",
  "[::1]:5000",
  "ghcr.io\0",
  "ghcr.io x",
];
const REQUESTS = [...STORED, ...SPELLINGS, ...MISSING, ...ODD];

const reason =
  explainNoLauncher() ??
  explainNoStub() ??
  explainMissing(["dbus-daemon", "gnome-keyring-daemon", "secret-tool"]);

describeUnless(reason, `the launcher and docr in ${REQUESTS.length} requests to one gnome-keyring`, () => {
  let folder: string;
  let keyring: Keyring;
  let bench: Bench;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "dk"));
    keyring = await startKeyring(folder);
    bench = openBench();
    bench.putStub(RAN_DOCR);
    const [logins = []] = fc.sample(
      fc.array(fc.tuple(text, text), { minLength: STORED.length, maxLength: STORED.length }),
      { numRuns: 1, seed: SEED },
    );
    for (const [index, serverUrl] of STORED.entries()) {
      const [username = "", secret = ""] = logins[index] ?? [];
      const parsed = parseAddress(serverUrl);
      const key = parsed.kind === "other" ? parsed.key : "";
      await put(
        key,
        encodeLogin({ serverUrl, username, secret: new Secret(secret), storedAt: index }).reveal(),
      );
    }
    await put("damaged.example", "{}");
  });
  afterAll(async () => {
    await keyring.stop();
    bench.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Stores the item as docr does. gnome-keyring adds a missing schema only when it saves the keyring. */
  const put = (key: string, value: string): Promise<unknown> => {
    const name = LOGIN + key;
    const args = ["store", "--label", labelOf(name), ...attributesOf(name)];
    return runWell("secret-tool", args, { env: keyring.env, stdin: value });
  };

  it("print the same bytes and exit with the same code", async () => {
    const counts = new Map<number | string, number>();
    const differences: string[] = [];
    await inParallel([...REQUESTS.entries()], WORKERS, async ([index, one]) => {
      const request = { args: ["get"], input: Buffer.from(one), env: keyring.env };
      const alone = await call(bench.launcher, request);
      counts.set(alone.ending, (counts.get(alone.ending) ?? 0) + 1);
      const [launcher, docr] = [
        await call(LAUNCHER, request),
        await call(DOCR, { ...request, args: ["--as-helper", "get"] }),
      ];
      const isSame =
        launcher.ending === docr.ending && launcher.stdout === docr.stdout && launcher.stderr === docr.stderr;
      const isSameAlone =
        alone.ending === RAN_DOCR ||
        (alone.stdout === docr.stdout && alone.ending === docr.ending && alone.stderr === "");
      if (!isSame || !isSameAlone)
        differences.push(`#${index} ${JSON.stringify({ one, alone, launcher, docr })}`);
    });
    expect(differences).toEqual([]);
    // Found, not found and left to docr: otherwise the requests would not test one of the three.
    for (const ending of [0, 1, RAN_DOCR]) expect(counts.get(ending)).toBeGreaterThan(5);
  });

  it("erase the same logins", async () => {
    const ghcr = { input: Buffer.from("https://GHCR.io/"), env: keyring.env };
    const hub = { input: Buffer.from("docker.io"), env: keyring.env };
    for (const request of [ghcr, hub]) {
      expect((await call(DOCR, { ...request, args: ["get"] })).ending).toBe(0);
      // docr's stub would end with another code.
      expect(await call(bench.launcher, { ...request, args: ["erase"] })).toMatchObject({
        ending: 0,
        stdout: "",
        stderr: "",
      });
      expect((await call(DOCR, { ...request, args: ["get"] })).ending).toBe(1);
    }
    const other = { input: Buffer.from("quay.io"), env: keyring.env, args: ["get"] };
    expect((await call(DOCR, other)).ending).toBe(0);
  });
});
