import { existsSync } from "node:fs";
import { join } from "node:path";
import { unpackPackages } from "../../../scripts/build/debian.ts";
import { MUSL_PACKAGES } from "../../../scripts/build/musl.ts";
import { explainMissing, isDebian } from "./parts.ts";

/** A release build unpacks the same packages into this folder. */
const DOWNLOADS = join(import.meta.dirname, "../../../.cache/downloads/debian-launcher-arm64");

/** The folder with the parts of a static program for arm64. */
export const ARM64_SYSROOT = join(DOWNLOADS, "root");

/** Unpacks Debian's packages for arm64, without installing them, if programs for arm64 can run here. The tests themselves have no network. */
export function prepareArm64(say: (line: string) => void): void {
  if (!isDebian() || explainMissing(["qemu-aarch64-static"]) !== undefined) return;
  try {
    unpackPackages({ debian: "arm64" }, MUSL_PACKAGES, DOWNLOADS);
  } catch {
    say(`Debian's packages for arm64 cannot be downloaded: ${MUSL_PACKAGES.join(", ")}`);
  }
}

/** Returns why no program for arm64 can be built and run here, or undefined. */
export function explainNoArm64(): string | undefined {
  const isUnpacked = existsSync(join(ARM64_SYSROOT, "usr/lib/aarch64-linux-musl/libc.a"));
  const reason = isUnpacked ? undefined : "missing here: Debian's packages for arm64, which npm test unpacks";
  return explainMissing(["qemu-aarch64-static", "clang-19", "ld.lld-19"]) ?? reason;
}
