/** Builds the real ports, runs the program, prints what it answers. No other file names the process. */
import { sha256 as hash } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { runProgram } from "./cli/program.ts";
import { readSettings } from "./config/settings.ts";
import { createApiTokens } from "./helper/api-tokens.ts";
import { createHelper } from "./helper/helper.ts";
import { createLogins } from "./helper/logins.ts";
import { createMintedCredentials } from "./helper/minted-credentials.ts";
import { choosePlaces } from "./helper/places.ts";
import type { RegistryApi, SecretStore } from "./helper/ports.ts";
import type { Settings } from "./helper/settings.ts";
import { createKeychain } from "./keychain/keychain.ts";
import { createRuntimeFiles, isPrivateFolder } from "./keychain/runtime-files.ts";
import { splitLongValues } from "./keychain/split.ts";
import { INPUT_LIMIT } from "./protocol/requests.ts";
import { readStdin, writeFully } from "./streams.ts";
import { isPacked, packageName, version } from "./version.ts";

const ANSWER_DEADLINE_MS = 28_000;
const API_DEADLINE_MS = 20_000;
const KEYCHAIN_DEADLINE_MS = 5_000;
const WINDOWS_SECRET_LIMIT = 2_560;
/** After this long, something may still wait inside a system library (see `leave`). */
const SUSPICIOUS_MS = 4_000;
/** Hidden first argument: ends at once with the exit code behind it. */
const LEAVE = "--leave-with";

const sha256 = (text: string): string => bytesToHex(hash(utf8ToBytes(text)));
const uniqueName = (): string => `${process.pid}-${process.hrtime.bigint()}`;
const clock = { now: (): number => Date.now() };

const keychain = createKeychain({
  load: async () => {
    const { loadKeytar } = await import("./keychain/keytar.ts");
    return loadKeytar((module, path) => process.dlopen(module, path));
  },
  deadlineMs: KEYCHAIN_DEADLINE_MS,
  mayHideLocked: process.platform === "linux",
});
const secrets: SecretStore =
  process.platform === "win32"
    ? splitLongValues(keychain, WINDOWS_SECRET_LIMIT, () => sha256(uniqueName()).slice(0, 16))
    : keychain;

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

const settings = once((): Settings => readSettings(process.env));

const minted = once(() => {
  const { kept, marks, everywhere } = choosePlaces(settings().cache, runtimeFiles(), secrets);
  const open = new Map(everywhere.map((place) => [place, createMintedCredentials(place, clock, sha256)]));
  const opened = (place: SecretStore) => open.get(place) ?? createMintedCredentials(place, clock, sha256);
  return { kept: kept && opened(kept), marks: opened(marks), everywhere: [...open.values()] };
});

function runtimeFiles(): SecretStore | undefined {
  const path = process.env["XDG_RUNTIME_DIR"];
  const uid = process.getuid?.();
  if (process.platform !== "linux" || uid === undefined || path === undefined) return undefined;
  if (!path.startsWith("/") || !isPrivateFolder(path, uid)) return undefined;
  return createRuntimeFiles(path, uid, uniqueName);
}

const api = once(async (): Promise<RegistryApi> => {
  const { createApi } = await import("./digitalocean/api.ts");
  const { apiUrl, oauthUrl } = settings();
  return createApi({
    apiUrl,
    oauthUrl,
    env: process.env,
    deadlineMs: API_DEADLINE_MS,
    userAgent: `${packageName}/${version}`,
    clock,
  });
});

/**
 * Ends the process with the code. An orderly exit waits for libuv's threads, and one of them may wait for a
 * keychain or a name server that never answers; replacing the process image waits for nobody.
 */
function leave(code: number): never {
  const isSuspicious = keychain.isStuck() || performance.now() > SUSPICIOUS_MS;
  if (isSuspicious && process.execve) {
    const script = isPacked ? [] : [...process.execArgv, ...process.argv.slice(1, 2)];
    process.execve(process.execPath, [process.execPath, ...script, LEAVE, String(code)], {});
  }
  return process.exit(code);
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args[0] === LEAVE) process.exit(Number(args[1]));
  // Node's own warnings (a lax TLS variable, an unreadable CA file) are not ours to print: stderr is the person's.
  process.removeAllListeners("warning");
  const remarks: string[] = [];
  const helper = createHelper({
    settings,
    logins: createLogins(secrets),
    apiTokens: createApiTokens(secrets),
    minted,
    api,
    clock,
    notices: { warn: (text) => remarks.push(text) },
    sha256,
  });
  const outcome = await runProgram({
    args,
    packageName,
    version,
    readInput: () => readStdin(INPUT_LIMIT),
    helper,
    remarks,
    deadlineMs: ANSWER_DEADLINE_MS,
  });
  const isHeard = writeFully(1, outcome.stdout);
  writeFully(2, outcome.stderr);
  leave(isHeard ? outcome.exitCode : 1);
}

void main();
