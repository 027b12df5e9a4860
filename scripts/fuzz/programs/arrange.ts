/** Puts the parts of a scenario in place. */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { attributesOf } from "../../../src/secret-service/attributes.ts";
import type { StandIn } from "../../../test/support/fakes/digitalocean-api.ts";
import type { SecretBusServer } from "../../../test/support/fakes/secret-bus-server.ts";
import { FakeSecretDaemon } from "../../../test/support/fakes/secret-daemon.ts";
import type { Damage, Keychain, PlacedFile, Scenario } from "./scenario.ts";

export const LARGE_BYTES = 20_000_000;

/** Puts a file at the path. */
export function place(
  { what, text, mode }: PlacedFile,
  path: string,
  substitute: (text: string) => string,
): void {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (what === "text") writeFileSync(path, substitute(text));
  if (what === "pipe") execFileSync("mkfifo", [path]);
  if (what === "folder") mkdirSync(path);
  if (what === "device") symlinkSync("/dev/zero", path);
  if (what === "loop") symlinkSync(path, path);
  if (what === "large") {
    writeFileSync(path, "");
    truncateSync(path, LARGE_BYTES);
  }
  if (what === "text") chmodSync(path, mode);
}

export function arrangeApi(standIn: StandIn, scenario: Scenario): void {
  standIn.account.minted.length = 0;
  standIn.reset();
  standIn.faults.add(
    ...scenario.faults.map(({ body, ...fault }) =>
      fault.kind === "answer" && body !== "" ? { ...fault, body } : fault,
    ),
  );
}

export function arrangeKeychain(
  bus: SecretBusServer,
  keychain: Keychain,
  substitute: (text: string) => string,
): void {
  const { state, habits, items, second } = keychain;
  const daemon = new FakeSecretDaemon(habits);
  const login = daemon.add("login");
  const other =
    second === "none"
      ? undefined
      : daemon.add("second", { isLocked: second !== "open", unlocking: UNLOCKING[second] });
  for (const { name, value, isInSecond } of items) {
    const into = isInSecond ? other : login;
    if (into) daemon.put(into, attributesOf(name), substitute(value));
  }
  let written = 0;
  bus.daemon = state === "absent" ? undefined : daemon;
  bus.change = (bytes) => {
    written += 1;
    if (state === "silent") return Buffer.alloc(0);
    if (state === "odd bytes" && written % 3 === 0) flip(bytes, written * 7919);
    return bytes;
  };
}

function flip(bytes: Buffer, at: number): void {
  if (bytes.length > 0)
    bytes.writeUInt8((bytes.readUInt8(at % bytes.length) ^ 0x55) & 0xff, at % bytes.length);
}

const UNLOCKING = { open: "dismissed", locked: "dismissed", silent: "silent", prompt: "prompt" } as const;

/** Damages a file as another program, or a full disk, could. */
export function harm(path: string, { how }: Damage): void {
  const bytes = readFileSync(path);
  if (how === "cut") truncateSync(path, Math.floor(bytes.length / 2));
  if (how === "flip" && bytes.length > 0) {
    bytes[Math.floor(bytes.length / 2)] = 0xff;
    writeFileSync(path, bytes);
  }
  if (how === "open") chmodSync(path, 0o644);
  if (how === "remove" || how === "link" || how === "folder") rmSync(path);
  if (how === "link") symlinkSync("/etc/passwd", path);
  if (how === "folder") mkdirSync(path);
}

/** The paths of the files in the folder, sorted. */
export function listFiles(folder: string): readonly string[] {
  const names = readdirSync(folder).toSorted();
  return names
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}
