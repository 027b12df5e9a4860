import { spawnSync, type SpawnSyncOptionsWithStringEncoding } from "node:child_process";
import { existsSync } from "node:fs";

/** The parts that the usual tests use, commands and files, and the Debian package of each. */
const USUAL = {
  docker: "docker.io",
  dockerd: "docker.io",
  "docker-compose": "docker-compose",
  "docker-registry": "docker-registry",
  "docker-credential-secretservice": "golang-docker-credential-helpers",
  "docker-credential-pass": "golang-docker-credential-helpers",
  "docker-credential-ecr-login": "amazon-ecr-credential-helper",
  podman: "podman",
  crun: "crun",
  skopeo: "skopeo",
  buildah: "buildah",
  "gnome-keyring-daemon": "gnome-keyring",
  "dbus-daemon": "dbus",
  gdbus: "libglib2.0-bin",
  "secret-tool": "libsecret-tools",
  pass: "pass",
  gpg: "gnupg",
  openssl: "openssl",
  faketime: "faketime",
  htpasswd: "apache2-utils",
  busybox: "busybox-static",
  unshare: "util-linux",
  nsenter: "util-linux",
  setpriv: "util-linux",
  prlimit: "util-linux",
  strace: "strace",
  age: "age",
  mkfifo: "coreutils",
  chroot: "coreutils",
  ip: "iproute2",
  "update-ca-certificates": "ca-certificates",
  strip: "binutils",
  "clang-19": "clang-19",
  "/usr/lib/llvm-19/lib/clang/19/lib/linux/libclang_rt.asan-x86_64.a": "libclang-rt-19-dev",
  "ld.lld-19": "lld-19",
  musl: "musl-dev",
  libgcc: "libgcc-12-dev",
  time: "time",
  perl: "perl-base",
  tmux: "tmux",
  kubectl: "kubernetes-client",
  man: "man-db",
  bash: "bash",
  "/usr/share/bash-completion/bash_completion": "bash-completion",
  zsh: "zsh",
  fish: "fish",
  shellcheck: "shellcheck",
} as const;

/** The parts that only a suite uses (scripts/suites.ts). */
const OF_SUITES = {
  containerd: "containerd",
  curl: "curl",
  "dbus-broker": "dbus-broker",
  debootstrap: "debootstrap",
  "german locale": "locales",
  keepassxc: "keepassxc",
  kwalletd5: "libkf5wallet-bin",
  "llvm-strip-19": "llvm-19",
  minisign: "minisign",
  patchelf: "patchelf",
  "qemu-aarch64-static": "qemu-user-static",
  rpmbuild: "rpm",
  runc: "runc",
  xz: "xz-utils",
} as const;

const PACKAGES = { ...USUAL, ...OF_SUITES } as const;

const MACHINE = process.arch === "arm64" ? "aarch64" : "x86_64";
/** The files of parts that are no commands. */
const FILES: Readonly<Record<string, string>> = {
  musl: `/usr/lib/${MACHINE}-linux-musl/libc.a`,
  "german locale": "/usr/share/i18n/locales/de_DE",
  libgcc: `/usr/lib/gcc/${MACHINE}-linux-gnu/12/libgcc.a`,
};

export type Part = keyof typeof PACKAGES;

export const USUAL_PARTS: readonly Part[] = Object.keys(USUAL).filter(isPart);

/** Includes the sbin folders, which an ordinary user's PATH lacks. */
export const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export function findMissing(parts: readonly Part[]): readonly Part[] {
  return parts.filter((part) => !candidatesOf(part).some((path) => existsSync(path)));
}

function candidatesOf(part: Part): readonly string[] {
  const file = FILES[part];
  if (file !== undefined) return [file];
  return part.startsWith("/") ? [part] : SYSTEM_PATH.split(":").map((folder) => `${folder}/${part}`);
}

/** What the build needs for docr's best executable and the launcher. It works without them. */
export const BUILD_PARTS: readonly Part[] = ["strip", "clang-19", "ld.lld-19", "musl", "libgcc"];

/** The parts of a real keychain. */
export const KEYRING: readonly Part[] = ["dbus-daemon", "gnome-keyring-daemon", "gdbus"];

/** Returns why these parts cannot be used here, or undefined. */
export function explainMissing(parts: readonly Part[]): string | undefined {
  const missing = findMissing(parts);
  if (missing.length === 0) return undefined;
  return `missing here: ${missing.map((part) => `${part} (package ${PACKAGES[part]})`).join(", ")}`;
}

export const isRoot = (): boolean => process.getuid?.() === 0;

export const explainNotRoot = (): string | undefined => (isRoot() ? undefined : "needs root");

export const explainWindows = (): string | undefined =>
  process.platform === "win32" ? "needs a Unix system" : undefined;

export const explainNotLinux = (): string | undefined =>
  process.platform === "linux" ? undefined : "needs Linux";

export const explainRoot = (): string | undefined =>
  isRoot() ? "root may read and write every file" : undefined;

/** Tries the command, which must change nothing. Returns why this machine refuses `what`, or undefined. */
export function explainRefusal(what: string, command: string, args: readonly string[]): string | undefined {
  const { status, stderr } = spawnSync(command, args, {
    env: { PATH: SYSTEM_PATH },
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
  });
  return status === 0 ? undefined : `this machine refuses ${what} (${(stderr ?? "").trim()})`;
}

export const isDebian = (): boolean => process.platform === "linux" && existsSync("/etc/debian_version");

/** Installs what is missing, as root on Debian. Returns the parts that are still missing. */
export function installMissing(parts: readonly Part[], say: (line: string) => void): readonly Part[] {
  const missing = findMissing(parts);
  if (missing.length === 0 || !isRoot() || !isDebian()) return missing;
  const packages = [...new Set(missing.map((part) => PACKAGES[part]))];
  say(`installing ${packages.join(", ")}`);
  const options: SpawnSyncOptionsWithStringEncoding = {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  };
  spawnSync("apt-get", ["update", "-q"], options);
  const { status, stderr } = spawnSync(
    "apt-get",
    ["install", "-q", "-y", "--no-install-recommends", ...packages],
    options,
  );
  if (status !== 0) say(`apt-get install failed: ${(stderr ?? "").trim().split("\n").at(-1)}`);
  return findMissing(parts);
}

function isPart(name: string): name is Part {
  return name in PACKAGES;
}
