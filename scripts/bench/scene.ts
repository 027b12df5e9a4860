import { mkdirSync, mkdtempSync, rmSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startKeyring } from "../../test/support/lab/keyring.ts";
import { createPki, readServerTls } from "../../test/support/lab/pki.ts";
import { type Environment, runWell } from "../../test/support/lab/run.ts";
import { startStandInProcess, type StandInProcess } from "../../test/support/lab/stand-in-process.ts";
import { PROJECT } from "../steps.ts";
import { type Ecr, prepareEcr } from "./ecr.ts";
import { type Owner, SECRETSERVICE, startFullKeyring } from "./full-keyring.ts";
import { copyPrograms, type Programs } from "./programs.ts";

export const DIGITALOCEAN_HOST = "registry.digitalocean.com";
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
  /** Complete environments. `token` has the API token in the environment, `keychain` in the keychain. */
  readonly env: {
    readonly plain: Environment;
    readonly token: Environment;
    readonly keychain: Environment;
    readonly fallback: Environment;
  };
  /** The environment of a mint, with a new runtime directory. `scheme` is that of the API's URL. */
  mintEnv(scheme: "https" | "http"): Environment;
  /** Starts a keyring with `count` logins. Returns its environment. */
  fullKeyring(owner: Owner, count: number): Promise<Environment>;
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
    const tokens = { https: await api.addToken(), http: await plainApi.addToken() };
    const env = {
      plain,
      keychain,
      token: { ...keychain, DIGITALOCEAN_ACCESS_TOKEN: tokens.https },
      // Use a home without docr's own logins: with them, docr has to check each response of its fallback helper.
      fallback: { ...plain, HOME: join(folder, "fallback"), DOCR_FALLBACK: "secretservice" },
    };
    const programs = await copyPrograms(onDisk);
    const docr = programs.launcher(0);
    const other = login(OTHER_HOST, OTHER_SECRET);
    await runWell(SECRETSERVICE, ["store"], { env: plain, stdin: other });
    await runWell(docr, ["store"], { env: plain, stdin: other });
    await runWell(docr, ["store"], { env: keychain, stdin: login(DIGITALOCEAN_HOST, await api.addToken()) });
    let mints = 0;
    return {
      folder,
      programs,
      api,
      ecr: await prepareEcr(plain["HOME"] ?? folder, plain),
      env,
      mintEnv: (scheme) => {
        const runtime = join(folder, `mint-${(mints += 1)}`);
        mkdirSync(runtime, { mode: 0o700 });
        const base = scheme === "https" ? env.token : { ...plain, ...addressOf(plainApi) };
        return {
          ...base,
          DIGITALOCEAN_ACCESS_TOKEN: tokens[scheme],
          DOCR_REGISTRY: REGISTRY,
          XDG_RUNTIME_DIR: runtime,
        };
      },
      fullKeyring: async (owner, count) => {
        const full = await startFullKeyring(join(folder, `${owner}-${count}`), { owner, count, docr });
        stops.push(() => full.stop());
        return full.env;
      },
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
