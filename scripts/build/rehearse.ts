/**
 * Runs the program for typical requests and then writes V8's code caches, `NAME.cache` next to each bundle `NAME.cjs`. V8 compiles a
 * function at its first call, so the caches contain the functions that these requests use.
 *
 * Usage: node START-FLAGS rehearse.ts FOLDER BUNDLE... The flags are the executable's own (scripts/build/pack.ts).
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";
import { loadBundle, type LoadBuiltin } from "../../src/app/startup/assets.ts";
import { type Host, nodeBinding } from "../../src/app/host.ts";
import type { Environment } from "../../src/core/machine.ts";
import type * as Program from "../../src/app/run.ts";
import type * as Provider from "../../src/app/kubelet/run-kubelet.ts";
import { API_VERSIONS, encodeRequest } from "../../src/kubelet/request.ts";
import { createPendingCalls } from "../../src/system/pending-calls.ts";
import { sha256 } from "../../src/app/startup/sha256.ts";
import { createStandIn } from "../../test/support/fakes/digitalocean-api.ts";
import { createFakeKeytar } from "../../test/support/fakes/fake-keytar.ts";
import { FakeKeychain } from "../../test/support/fakes/fake-keychain.ts";

const [folder = "", ...bundles] = process.argv.slice(2);
/** The program writes only here, including its private folder. The next build removes it if this one is killed. */
const home = mkdtempSync(join(folder, "rehearsal-"));
const scripts = new Map<string, Script>();
const builtins = builtinsKeeping(scripts);
const keytar = createFakeKeytar();

// As in main.ts: Node warns about the internal module that loadBundle uses.
process.removeAllListeners("warning");
try {
  await rehearse();
} finally {
  rmSync(home, { recursive: true, force: true });
}
for (const name of bundles) {
  // Load the bundles that no request has used.
  if (!scripts.has(`docr:${name}`)) loadBundle(name, builtins);
  writeFileSync(join(folder, `${name}.cache`), scripts.get(`docr:${name}`)?.createCachedData() ?? "");
}
process.exit(0);

/** Returns Node's own modules, except the two that load a bundle: these read the files here and keep each script in `kept`. */
function builtinsKeeping(kept: Map<string, Script>): LoadBuiltin {
  const inPlace: Readonly<Record<string, unknown>> = {
    "node:sea": {
      // Without a cache, because the rehearsal makes it.
      getRawAsset: (name: string) => (name.endsWith(".cache") ? [] : readFileSync(join(folder, name))),
    },
    "node:vm": {
      Script: class extends Script {
        constructor(source: string, { filename }: { readonly filename: string }) {
          super(source, { filename });
          if (!kept.has(filename)) kept.set(filename, this);
        }
      },
    },
  };
  const load = (name: string): unknown => inPlace[name] ?? process.getBuiltinModule(name);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the two modules have everything that assets.ts uses
  return load as LoadBuiltin;
}

async function rehearse(): Promise<void> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a bundle has no types; the build made it from this module
  const { run } = loadBundle("run", builtins) as typeof Program;
  const play = async (env: Environment, args: readonly string[], input = ""): Promise<void> => {
    const readInput = async (): Promise<Uint8Array> => Buffer.from(input);
    const { exitCode, stderr } = await run(hostOf(env), args, readInput);
    if (exitCode === 0) return;
    throw new Error(`${args.join(" ")} failed in the rehearsal, which needs only 127.0.0.1: ${stderr}`);
  };
  const runtime = join(home, "run");
  mkdirSync(runtime, { mode: 0o700 });
  const isLinux = process.platform === "linux";
  const bus = `docr-rehearsal-${process.pid}`;
  const keychain = isLinux ? await new FakeKeychain().listen(`\0${bus}`) : undefined;
  const plain = { HOME: home, XDG_RUNTIME_DIR: runtime, DBUS_SESSION_BUS_ADDRESS: `unix:abstract=${bus}` };
  const standIn = await createStandIn({ registries: ["acme"] });
  try {
    const api = {
      ...plain,
      DIGITALOCEAN_API_URL: standIn.url,
      DIGITALOCEAN_ACCESS_TOKEN: standIn.account.addToken(),
      DOCR_REGISTRY: "acme",
    };
    await play(plain, ["store"], JSON.stringify({ ServerURL: "ghcr.io", Username: "sammy", Secret: "none" }));
    await play(plain, ["get"], "ghcr.io");
    await play(plain, ["list"]);
    await play(api, ["get"], "registry.digitalocean.com");
    await play(plain, ["--help"]);
    await play(api, ["status"]);
    // Once with a mint, and once with the credential that is there.
    await playKubelet(api);
    await playKubelet(api);
  } finally {
    await standIn.close();
    await keychain?.close();
  }
}

async function playKubelet(env: Environment): Promise<void> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
  const { runKubelet } = loadBundle("kubelet", builtins) as typeof Provider;
  const request = encodeRequest({ apiVersion: API_VERSIONS[0], image: "registry.digitalocean.com/acme/app" });
  const { exitCode, stderr } = await runKubelet(hostOf(env), home, async () => Buffer.from(request));
  if (exitCode !== 0) throw new Error(`kubelet failed in the rehearsal: ${stderr}`);
}

function hostOf(env: Environment): Host {
  return {
    env,
    platform: process.platform,
    uid: process.getuid?.(),
    isHelper: false,
    pid: process.pid,
    executable: process.execPath,
    launcher: "",
    versions: process.versions,
    clientPid: () => process.ppid,
    exit: (code) => process.exit(code),
    temporaryDir: () => home,
    monotonicNs: () => process.hrtime.bigint(),
    monotonicMs: () => Number(process.hrtime.bigint() / 1_000_000n),
    uniqueName: () => `${process.pid}-${process.hrtime.bigint()}`,
    clock: () => ({ now: Date.now(), uptime: 1000 * process.uptime() }),
    sha256,
    isRunning: () => true,
    // Outside Linux, the keychain is keytar, whose addon is an asset.
    asset: () => new Uint8Array(),
    dlopen: (module) => void (module.exports = keytar),
    binding: nodeBinding,
    pendingCalls: createPendingCalls(),
    startSelf: async () => undefined,
    startSelfLater: () => undefined,
    startPostponed: () => undefined,
    tether: () => [],
    ignoreInterrupts: () => () => undefined,
    writeStdout: () => undefined,
    writeStderr: () => undefined,
    liftTimeLimit: () => undefined,
    stdoutFailure: () => undefined,
    isTerminal: () => false,
    columns: () => undefined,
    streams: () => ({ stdin: process.stdin, stderr: process.stderr, onInterrupt: () => () => undefined }),
  };
}
