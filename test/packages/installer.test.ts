import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { smoke } from "../../scripts/smoke.ts";
import { type Outcome, run } from "../support/lab/run.ts";
import { releaseFile, SMOKE_STEPS, SYSTEM } from "./installation.ts";

const ARCHIVE = /^docker-credential-docr-[\d.]+-linux-x64\.tar\.xz$/;
const SERVED = [/^SHA256SUMS$/, /^SHA256SUMS\.minisig$/, /^install\.sh$/, ARCHIVE];

describe("install.sh", () => {
  let folder: string;
  let served: string;
  let server: Server;
  let prefix: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "docr-install-"));
    server = createServer((request, response) => {
      const path = join(served, (request.url ?? "").replaceAll("/", ""));
      response.statusCode = existsSync(path) ? 200 : 404;
      response.end(existsSync(path) ? readFileSync(path) : "");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  beforeEach(() => {
    served = mkdtempSync(join(folder, "served-"));
    prefix = join(served, "prefix");
    for (const pattern of SERVED) {
      const path = releaseFile(pattern);
      copyFileSync(path, join(served, path.slice(path.lastIndexOf("/") + 1)));
    }
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  const install = (): Promise<Outcome> => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server on TCP has an address with a port
    const { port } = server.address() as AddressInfo;
    const env = { ...SYSTEM, HOME: folder, DOCR_RELEASE_URL: `http://127.0.0.1:${port}` };
    return run("sh", [join(served, "install.sh"), prefix], { env, timeoutSeconds: 120 });
  };
  const archive = (): string => join(served, releaseFile(ARCHIVE).split("/").at(-1) ?? "");

  it("installs a verified release, which works", async () => {
    const { code, stdout, stderr } = await install();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^installed docker-credential-docr \(docker-credential-docr\) \d/);
    const env = { HOME: folder, PATH: SYSTEM.PATH, DOCR_STORE: "file", XDG_RUNTIME_DIR: folder };
    const done = await smoke((program, args, call) => run(join(prefix, "bin", program), args, call), env);
    expect(done).toEqual(SMOKE_STEPS);
  });

  it("installs over an older version while that runs", async () => {
    await install();
    const running = run(join(prefix, "bin/docr"), ["get"], { env: { HOME: folder }, stdin: "ghcr.io" });
    expect((await install()).code).toBe(0);
    await running;
  });

  it.each([
    [
      "the archive is another one",
      () => appendFileSync(archive(), "x"),
      /digest of .* is wrong; nothing was installed/,
    ],
    [
      "the digests are changed",
      () => appendFileSync(join(served, "SHA256SUMS"), "\n"),
      /signature of .* is wrong; nothing/,
    ],
    ["there is no signature", () => rmSync(join(served, "SHA256SUMS.minisig")), /cannot be downloaded/],
    [
      "another key signed the digests",
      () => {
        const script = join(served, "install.sh");
        writeFileSync(script, readFileSync(script, "utf8").replace(/^key='RW.{8}/m, "key='RWAAAAAAAA"));
      },
      /signature of .* is wrong; nothing/,
    ],
  ])("installs nothing if %s", async (_title, spoil, message) => {
    spoil();
    const { code, stderr } = await install();
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(existsSync(prefix)).toBe(false);
  });
});
