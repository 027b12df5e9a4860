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
  readonly arch?: Target["arch"];
}

/** xz's filter makes machine code 3 % smaller. The one for arm64 needs xz 5.4, which Debian 11 does not have. */
const X64_FILTER = "--x86";

/**
 * Packs a folder into `to`, a .tar.xz whose bytes depend only on the files' names, modes and contents. One thread of xz, because the
 * number of threads changes the bytes.
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
  const output = openSync(to, "w");
  try {
    const tar = spawnSync("tar", ["-c", ...options, "-C", folder, "."], { maxBuffer: 2 ** 30 });
    if (tar.status !== 0) throw new Error(`tar failed: ${tar.stderr.toString()}`);
    const xz = spawnSync(
      "xz",
      [...(arch === "x64" ? [X64_FILTER] : []), `--lzma2=preset=${level}`, "--threads=1", "--check=crc64"],
      {
        input: tar.stdout,
        stdio: ["pipe", output, "inherit"],
      },
    );
    if (xz.status !== 0) throw new Error("xz failed");
  } finally {
    closeSync(output);
  }
}
