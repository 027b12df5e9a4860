import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunInstalled } from "../../scripts/smoke.ts";
import { type Environment, type Outcome, run } from "../support/lab/run.ts";

const PROJECT = join(import.meta.dirname, "../..");
export const RELEASE = join(PROJECT, "dist", "release");

export interface RootOptions {
  /** Processes run as this user. Default: 0. */
  readonly uid?: number;
  /** Whether the root is read-only, and /tmp does not allow programs. */
  readonly isReadOnly?: boolean;
  /** Whether the root has /proc. Default: true. */
  readonly hasProc?: boolean;
  /** Whether the kernel runs programs for arm64 with qemu, in a user namespace of the command's own. Default: false. */
  readonly isArm64?: boolean;
}

/** A folder as the root of a system, with this machine's kernel and loopback. */
export interface Root {
  readonly path: string;
  run(
    argv: readonly string[],
    options: { readonly stdin?: string; readonly env: Environment },
  ): Promise<Outcome>;
  /** Runs the programs in /usr/local/bin, or in another folder. */
  readonly installed: (bin?: string) => RunInstalled;
  close(): void;
}

/** How the kernel recognizes an arm64 program (https://docs.kernel.org/admin-guide/binfmt-misc.html). F opens qemu at once. */
const ARM64_FORMAT = String.raw`:docr-arm64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:/usr/bin/qemu-aarch64-static:F`;

/**
 * The mounts live as long as one command. /dev/shm is a folder next to the root, so that its content stays, as on a running system.
 */
const ENTER = `
mount --make-rprivate /
if [ "$ARM64" = yes ]; then
  # The format is registered as long as this is mounted.
  mount -t binfmt_misc binfmt_misc "$ROOT.formats"
  printf '%s' '${ARM64_FORMAT}' >"$ROOT.formats/register"
fi
mount --bind "$ROOT" "$ROOT"
if [ "$PROC" = yes ]; then mount -t proc proc "$ROOT/proc"; fi
for device in null zero urandom; do mount --bind "/dev/$device" "$ROOT/dev/$device"; done
mount --bind "$ROOT.shm" "$ROOT/dev/shm"
if [ "$READ_ONLY" = yes ]; then
  mount -t tmpfs -o noexec,mode=1777 tmpfs "$ROOT/tmp"
  mount -o remount,ro,bind "$ROOT"
fi
exec "$@"`;

/** Copies a root, or makes an empty one. `template` is a path below .cache. */
export function openRoot(template: string | undefined, options: RootOptions = {}): Root {
  const path = join(mkdtempSync(join("/tmp", "docr-root-")), "root");
  if (template === undefined) mkdirSync(path);
  else cpSync(join(PROJECT, ".cache", template), path, { recursive: true, verbatimSymlinks: true });
  for (const folder of ["proc", "dev", "dev/shm", "tmp"]) mkdirSync(join(path, folder), { recursive: true });
  for (const device of ["null", "zero", "urandom"]) {
    rmSync(join(path, "dev", device), { force: true });
    writeFileSync(join(path, "dev", device), "");
  }
  for (const extra of ["shm", "formats"]) mkdirSync(`${path}.${extra}`);
  // A mode that the umask does not change.
  chmodSync(`${path}.shm`, 0o1777);
  const { uid = 0, isReadOnly = false, hasProc = true, isArm64 = false } = options;
  const settings = {
    ROOT: path,
    PROC: hasProc ? "yes" : "no",
    READ_ONLY: isReadOnly ? "yes" : "no",
    ARM64: isArm64 ? "yes" : "no",
    PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
  };
  // In a user namespace, there is only its root.
  const enter = ["/usr/sbin/chroot", ...(isArm64 ? [] : [`--userspec=${uid}:${uid}`]), path];
  const runIn: Root["run"] = (argv, { stdin, env }) =>
    run(
      "unshare",
      [
        ...(isArm64 ? ["--user", "--map-root-user"] : []),
        "--mount",
        "sh",
        "-euc",
        ENTER,
        "sh",
        "env",
        "-i",
        ...assignments(env),
        ...enter,
        ...argv,
      ],
      { env: settings, ...(stdin === undefined ? {} : { stdin }), timeoutSeconds: 120 },
    );
  return {
    path,
    run: runIn,
    installed:
      (bin = "/usr/local/bin") =>
      (program, args, call) =>
        runIn([`${bin}/${program}`, ...args], call),
    close: () => rmSync(join(path, ".."), { recursive: true, force: true }),
  };
}

function assignments(env: Environment): readonly string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}
