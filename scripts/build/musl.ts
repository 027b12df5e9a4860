import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Debian's names first. */
const CLANGS = ["clang-19", "clang"];
const LLDS = ["lld-19", "lld"];

/** Debian's packages with the parts of a static program. The folder of libgcc contains its version. */
export const MUSL_PACKAGES: readonly string[] = ["musl-dev", "libgcc-12-dev"];

const MACHINES = { x64: "x86_64", arm64: "aarch64" } as const;
export type Arch = keyof typeof MACHINES;

/** The first clang of this machine. Throws if there is none. */
export function findClang(): string {
  return firstOf(CLANGS, (name) => spawnSync(name, ["--version"]).status === 0, "clang-19");
}

/**
 * The variables with which scriptc makes a static program for this processor. `sysroot` contains the files of MUSL_PACKAGES. `tools`
 * is a new folder for the compiler's front end. Throws if this machine lacks a part.
 */
export function muslCompiler(arch: Arch, sysroot: string, tools: string): NodeJS.ProcessEnv {
  const machine = MACHINES[arch];
  const libraries = join(sysroot, "usr/lib", `${machine}-linux-musl`);
  if (!existsSync(join(libraries, "libc.a"))) throw missing(`musl for ${arch}`, "musl-dev");
  const versions = join(sysroot, "usr/lib/gcc", `${machine}-linux-gnu`);
  const version = existsSync(versions)
    ? readdirSync(versions).find((name) => existsSync(join(versions, name, "libgcc.a")))
    : undefined;
  if (version === undefined) throw missing(`libgcc for ${arch}`, "libgcc-12-dev");
  mkdirSync(tools, { recursive: true });
  copyFileSync(join(import.meta.dirname, "musl-compiler.sh"), join(tools, "zig"));
  chmodSync(join(tools, "zig"), 0o755);
  return {
    PATH: `${tools}${delimiter}${process.env["PATH"] ?? ""}`,
    SYSROOT: sysroot === "/" ? "" : sysroot,
    CLANG: findClang(),
    LLD: firstOf(LLDS, (name) => spawnSync(`ld.${name}`, ["--version"]).status === 0, "lld-19"),
    LIBGCC: join(versions, version),
    SCRIPTC_TARGET: `${machine}-linux-musl`,
    // scriptc has its runtime ready for x64 only.
    SCRIPTC_CC: arch === "x64" ? "" : "zigcc",
  };
}

function firstOf(names: readonly string[], works: (name: string) => boolean, debian: string): string {
  const found = names.find(works);
  if (found === undefined) throw missing(debian, debian);
  return found;
}

function missing(what: string, debian: string): Error {
  return new Error(`this machine has no ${what} (Debian's package ${debian})`);
}
