import { mkdirSync, mkdtempSync, rmSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startKeyring } from "../../test/support/lab/keyring.ts";
import { openMounts } from "../../test/support/lab/mounts.ts";
import { createPki, readServerTls } from "../../test/support/lab/pki.ts";
import { type Environment, runWell } from "../../test/support/lab/run.ts";
import { startStandInProcess, type StandInProcess } from "../../test/support/lab/stand-in-process.ts";
import { PROJECT } from "../steps.ts";
import { addToSystem } from "./authorities.ts";
import { type Ecr, prepareEcr } from "./ecr.ts";
import { type Owner, SECRETSERVICE, startFullKeyring } from "./full-keyring.ts";
import { copyPrograms, type Programs } from "./programs.ts";
import type { Wrap } from "./runner.ts";

export const DIGITALOCEAN_HOST = "registry.digitalocean.com";
export const DIGITALOCEAN_PATH = "registry.digitalocean.com/acme/app";
export const OTHER_HOST = "https://index.docker.io/v1/";
export const OTHER_SECRET = "a password of another registry";
const REGISTRY = "acme";

/** Everything that the benchmark measures: programs, keyrings, and a stand-in for DigitalOcean on loopback. */
export interface Scene {
  /** For short-lived files; in memory if possible. */
  readonly folder: string;
  readonly programs: Programs;
  readonly api: StandInProcess;
  readonly ecr: Ecr | undefined;
  /** What cannot be measured here, with the reason. */
  readonly skipped: readonly string[];
  /** Complete environments. */
  readonly env: {
    readonly plain: Environment;
    /** With the API token in the environment. */
    readonly token: Environment;
    /** With the API token in the keychain. */
    readonly keychain: Environment;
    readonly fallback: Environment;
    /** For a mint that trusts one authority. */
    readonly mint: Environment;
    /** For a mint that trusts one bundle with the system's authorities. Undefined if there are none. */
    readonly mintWithBundle: Environment | undefined;
    /** For a mint that trusts the system's authorities. Undefined if the benchmark cannot add its own to them. */
    readonly mintWithSystem: Environment | undefined;
    readonly mintHttp: Environment;
  };
  /** The same environment with a new runtime directory. */
  withNothingCached(env: Environment): Environment;
  /** Starts a keyring with `count` logins, or returns the one that was started for this purpose. Returns its environment. */
  fullKeyring(owner: Owner, count: number, purpose: "list" | "change"): Promise<Environment>;
  /** Returns the command that sees the scene's authorities as the system's. */
  readonly wrap: Wrap;
  close(): Promise<void>;
}

export async function openScene(): Promise<Scene> {
  const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "docr-b-"));
  const onDisk = join(PROJECT, ".cache", "bench", "copies");
  rmSync(onDisk, { recursive: true, force: true });
  const stops: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const stop of stops.toReversed()) await stop();
    // A background process may still be writing a file.
    for (const path of [folder, onDisk])
      rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    const pki = await createPki(join(folder, "pki"));
    const [api, plainApi] = [
      await startStandInProcess({ tls: readServerTls(pki), registries: [REGISTRY] }),
      await startStandInProcess({ registries: [REGISTRY] }),
    ];
    stops.push(
      () => api.stop(),
      () => plainApi.stop(),
    );
    const keyring = await startKeyring(join(folder, "k"));
    stops.push(() => keyring.stop());
    const plain = keyring.env;
    const keychain = { ...plain, ...addressOf(api), SSL_CERT_FILE: pki.ca };
    const token = { ...keychain, DIGITALOCEAN_ACCESS_TOKEN: await api.addToken() };
    const mint = { ...token, DOCR_REGISTRY: REGISTRY };
    const authorities = await addToSystem(join(folder, "certs"), pki);
    const mounts = authorities?.mount === undefined ? undefined : await openMounts(authorities.mount);
    if (mounts) stops.push(() => mounts.close());
    const { SSL_CERT_FILE: _, ...mintWithSystem } = mint;
    const env = {
      plain,
      keychain,
      token,
      mint,
      mintWithBundle: authorities && { ...mint, SSL_CERT_FILE: authorities.bundle },
      mintWithSystem: mounts && mintWithSystem,
      mintHttp: {
        ...plain,
        ...addressOf(plainApi),
        DIGITALOCEAN_ACCESS_TOKEN: await plainApi.addToken(),
        DOCR_REGISTRY: REGISTRY,
      },
      // Use a home without docr's own logins: with them, docr has to check each response of its fallback helper.
      fallback: { ...plain, HOME: join(folder, "fallback"), DOCR_FALLBACK: "secretservice" },
    };
    const ecr = await prepareEcr(plain["HOME"] ?? folder, plain);
    const skipped = [
      ...(ecr ? [] : ["docker-credential-ecr-login: it is missing, or rejects the prepared cache"]),
      ...(authorities ? [] : ["mints with the system's authorities: there are none in /etc/ssl/certs"]),
      ...(authorities && !mounts ? ["mints with the system's authorities: this process may not mount"] : []),
    ];
    const programs = await copyPrograms(onDisk);
    const docr = programs.launcher(0);
    const other = login(OTHER_HOST, OTHER_SECRET);
    await runWell(SECRETSERVICE, ["store"], { env: plain, stdin: other });
    await runWell(docr, ["store"], { env: plain, stdin: other });
    await runWell(docr, ["store"], { env: keychain, stdin: login(DIGITALOCEAN_HOST, await api.addToken()) });
    let runtimes = 0;
    const keyrings = new Map<string, Promise<Environment>>();
    const openKeyring = async (name: string, owner: Owner, count: number): Promise<Environment> => {
      const full = await startFullKeyring(join(folder, name), { owner, count, docr });
      stops.push(() => full.stop());
      return full.env;
    };
    return {
      folder,
      programs,
      api,
      ecr,
      skipped,
      env,
      withNothingCached(base) {
        const runtime = join(folder, `run-${(runtimes += 1)}`);
        mkdirSync(runtime, { mode: 0o700 });
        return { ...base, XDG_RUNTIME_DIR: runtime };
      },
      fullKeyring(owner, count, purpose) {
        const name = `${owner}-${count}-${purpose}`;
        const full = keyrings.get(name) ?? openKeyring(name, owner, count);
        keyrings.set(name, full);
        return full;
      },
      wrap: mounts ? (command) => mounts.wrap(command) : (command) => command,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function login(ServerURL: string, Secret: string): string {
  return JSON.stringify({ ServerURL, Username: "sammy", Secret });
}

function addressOf({ url }: StandInProcess): Environment {
  return { DIGITALOCEAN_API_URL: url, DIGITALOCEAN_OAUTH_URL: url };
}
