import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Linkers that scriptc can drive. Debian's package has the first name. */
const LINKERS = ["clang-19", "clang"];

/**
 * Compiles src/launcher to a native executable and returns its path. If that is impossible, prints the reason and returns undefined;
 * docr is then installed under both names, with the same responses, but slower. `sanitize` builds with AddressSanitizer.
 */
export function buildLauncher(root: string, work: string, sanitize = false): string | undefined {
  // The launcher uses this platform's offsets in struct stat and its value of O_NONBLOCK.
  if (process.platform !== "linux" || process.arch !== "x64") {
    return skip(`the launcher is for linux-x64, and this is ${process.platform}-${process.arch}`);
  }
  const linker = LINKERS.find((name) => spawnSync(name, ["--version"]).status === 0);
  if (linker === undefined) return skip("this machine has no clang (Debian's package clang-19)");
  const sources = join(work, "launcher");
  copyFolder(join(root, "src/launcher"), join(sources, "launcher"));
  copyFolder(join(root, "src/response-cache/shared"), join(sources, "response-cache/shared"));
  const output = join(work, sanitize ? "launcher-asan" : "docker-credential-docr");
  const scriptc = join(root, "node_modules/scriptc/dist/bootstrap.js");
  const flags = [
    "build",
    "launcher/launcher.ts",
    "--ffi",
    "launcher/ffi.json",
    "-o",
    output,
    ...(sanitize ? ["--sanitize"] : []),
  ];
  try {
    execFileSync(process.execPath, [scriptc, ...flags], {
      cwd: sources,
      stdio: ["ignore", "ignore", "pipe"],
      // scriptc's cache has returned stale executables.
      env: {
        ...process.env,
        SCRIPTC_NO_CACHE: "1",
        SCRIPTC_LINKER: linker,
        SCRIPTC_CC: sanitize ? "clang" : "",
        ...(sanitize ? { PATH: pathWithClang(work, linker) } : {}),
      },
    });
    if (!sanitize) spawnSync("strip", [output]);
  } catch (error) {
    return skip(`scriptc failed: ${error instanceof Error ? error.message : String(error)}`);
  }
  return output;
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

/** Copies the sources to a separate folder, because scriptc compiles every file that it can reach. */
function copyFolder(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) copyFileSync(join(from, name), join(to, name));
}

function skip(reason: string): undefined {
  console.log(`launcher not built: ${reason}. docr is installed under both names, which is slower`);
  return undefined;
}
