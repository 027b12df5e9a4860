import { spawnSync } from "node:child_process";
import { openSync, closeSync } from "node:fs";
import type { Target } from "../build/targets.ts";

/** How archives are made. */
export interface ArchiveOptions {
  /** Seconds since the epoch: the time of the commit, which every file in an archive gets. */
  readonly epoch: number;
  /** 0 to 9, as for xz. */
  readonly level: number;
  /** The processor of the programs in the archive. */
  readonly arch?: Target["arch"] | undefined;
}

/** xz's filter makes machine code 3 % smaller. The one for arm64 needs xz 5.4, which Debian 11 does not have. */
const X64_FILTER = "--x86";

/**
 * Packs a folder into `to`, a .tar.xz whose bytes depend only on the files' names, modes and contents.
 */
export function packArchive(
  folder: string,
  root: string,
  to: string,
  { epoch, level, arch }: ArchiveOptions,
): void {
  const options = [
    "--sort=name",
    "--format=ustar",
    "--owner=0",
    "--group=0",
    "--numeric-owner",
    `--mtime=@${epoch}`,
    "--mode=u+rw,go+r-w,a+X",
    `--transform=flags=r;s,^\\.,${root},`,
  ];
  const tar = spawnSync("tar", ["-c", ...options, "-C", folder, "."], { maxBuffer: 2 ** 30 });
  if (tar.status !== 0) throw new Error(`tar failed: ${tar.stderr.toString()}`);
  compressWithXz(tar.stdout, to, { level, arch });
}

/** Writes the bytes into `to`, compressed. One thread, because the number of threads changes the result. */
export function compressWithXz(
  bytes: Uint8Array,
  to: string,
  { level, arch }: Pick<ArchiveOptions, "level" | "arch">,
): void {
  const filters = [...(arch === "x64" ? [X64_FILTER] : []), `--lzma2=preset=${level}`];
  const output = openSync(to, "w");
  try {
    const { status } = spawnSync("xz", [...filters, "--threads=1", "--check=crc64"], {
      input: bytes,
      stdio: ["pipe", output, "inherit"],
    });
    if (status !== 0) throw new Error("xz failed");
  } finally {
    closeSync(output);
  }
}
