import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Arch, findClang, muslCompiler } from "./musl.ts";

export interface LauncherOptions {
  /** The processor that it runs on. Default: this machine's. */
  readonly arch?: Arch;
  /** The folder that contains the files of MUSL_PACKAGES. Default: this machine's own. */
  readonly sysroot?: string;
  /** Build for this machine with AddressSanitizer, which is not static. */
  readonly sanitize?: boolean;
  /** The compiled object that records which branches a sanitized launcher takes (scripts/fuzz/launcher/coverage.c). */
  readonly coverage?: string;
}

/**
 * Compiles src/launcher to a static native executable and returns its path. If that is impossible, prints the reason and returns
 * undefined; docr is then installed under both names, with the same responses, but slower.
 */
export function buildLauncher(root: string, work: string, options: LauncherOptions = {}): string | undefined {
  const { arch = process.arch, sysroot = "/", sanitize = false, coverage } = options;
  if (process.platform !== "linux" || (arch !== "x64" && arch !== "arm64")) {
    return skip(`the launcher is for Linux on x64 and arm64, and this is ${process.platform}-${arch}`);
  }
  const sources = join(work, "launcher");
  // A separate folder, because scriptc compiles every file that it can reach.
  for (const room of ["launcher", "response-cache/shared", "secret-service"]) {
    cpSync(join(root, "src", room), join(sources, room), { recursive: true });
  }
  const output = join(work, sanitize ? "launcher-asan" : "docker-credential-docr");
  const scriptc = join(root, "node_modules/scriptc/dist/bootstrap.js");
  const flags = ["build", "launcher/launcher.ts", "--ffi", "launcher/ffi.json", "-o", output];
  try {
    const compiler = sanitize
      ? sanitizingCompiler(work, coverage)
      : muslCompiler(arch, sysroot, join(work, "musl"));
    execFileSync(process.execPath, [scriptc, ...flags, sanitize ? "--sanitize" : "--strip"], {
      cwd: sources,
      stdio: ["ignore", "ignore", "pipe"],
      // scriptc's cache has returned stale executables.
      env: { ...process.env, SCRIPTC_NO_CACHE: "1", ...compiler },
    });
  } catch (error) {
    return skip(error instanceof Error ? error.message : String(error));
  }
  return output;
}

function sanitizingCompiler(work: string, coverage: string | undefined): NodeJS.ProcessEnv {
  const linker = findClang();
  if (coverage === undefined) {
    return { SCRIPTC_CC: "clang", SCRIPTC_LINKER: linker, PATH: pathWithClang(work, linker) };
  }
  const folder = join(work, "clang-coverage");
  mkdirSync(folder, { recursive: true });
  const front = join(folder, "clang");
  // scriptc compiles its own libraries with -c, and the program together with the link.
  writeFileSync(
    front,
    `#!/bin/sh\ncase " $* " in\n*" -c "*) exec ${linker} "$@";;\n*" -o "*) exec ${linker} -fsanitize-coverage=trace-pc-guard "$@" ${coverage};;\n*) exec ${linker} "$@";;\nesac\n`,
    { mode: 0o755 },
  );
  return {
    SCRIPTC_CC: "clang",
    SCRIPTC_LINKER: front,
    PATH: folder + delimiter + (process.env["PATH"] ?? ""),
  };
}

/** Returns a PATH with the linker as `clang`. scriptc needs that name to compile its runtime with AddressSanitizer. */
function pathWithClang(work: string, linker: string): string {
  const path = process.env["PATH"] ?? "";
  const found = path
    .split(delimiter)
    .map((folder) => join(folder, linker))
    .find((candidate) => existsSync(candidate));
  if (linker === "clang" || found === undefined) return path;
  const folder = join(work, "clang");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  symlinkSync(found, join(folder, "clang"));
  return folder + delimiter + path;
}

function skip(reason: string): undefined {
  console.log(`launcher not built: ${reason}. docr is installed under both names, which is slower`);
  return undefined;
}
