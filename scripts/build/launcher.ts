import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Linkers that scriptc drives, the one of Debian's package first. */
const LINKERS = ["clang-19", "clang"];

/**
 * Compiles src/launcher to a native executable. Undefined, with the reason said, where that is not possible: then the full
 * program stands under both names, with the same answers, slower. `sanitize` makes an ASan build, for fuzzing.
 */
export function buildLauncher(root: string, work: string, sanitize = false): string | undefined {
  // Offsets in struct stat, and O_NONBLOCK's value, are those of this platform.
  if (process.platform !== "linux" || process.arch !== "x64") {
    return explain(`the launcher is for linux-x64, and this is ${process.platform}-${process.arch}`);
  }
  const linker = LINKERS.find((name) => spawnSync(name, ["--version"]).status === 0);
  if (linker === undefined) return explain("no clang is on this machine (Debian's package clang-19)");
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
      // Its cache has handed out stale executables.
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
    return explain(`scriptc failed: ${error instanceof Error ? error.message : String(error)}`);
  }
  return output;
}

/** A PATH with the linker as `clang`: for a sanitized build scriptc compiles its runtime too, and knows that name alone. */
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

/** Into a folder without our package.json's and tsconfig's neighbours: the compiler reads every file that it can reach. */
function copyFolder(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) copyFileSync(join(from, name), join(to, name));
}

function explain(reason: string): undefined {
  console.log(`no launcher: ${reason}. The full program stands under both names: same answers, slower`);
  return undefined;
}
