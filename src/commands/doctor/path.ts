import { realpathSync, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import type { Machine } from "../../core/machine.ts";
import { isExecutable } from "../../system/executables.ts";
import type { CommandContext } from "../context.ts";
import { fail, type Finding, pass, warn } from "./finding.ts";

/** The program that docker and podman start. */
const HELPER = "docker-credential-docr";
/** Bytes. The launcher is much smaller, and docr is much larger. */
const LARGEST_LAUNCHER = 5_000_000;
const INSTALL = "reinstall docr and docker-credential-docr in the same folder of the PATH";

/** Checks whether clients find the helper, whether docr is next to it, and whether both have the same version. */
export async function checkPath({
  machine,
  version,
  runHelper,
}: Pick<CommandContext, "machine" | "version" | "runHelper">): Promise<readonly Finding[]> {
  const files = candidates(machine);
  const found = files.find(isExecutable);
  if (found === undefined) {
    const blocked = files.find((path) => statOf(path)?.isFile());
    if (blocked === undefined) return [fail("path", `${HELPER} is not on the PATH`, INSTALL)];
    return [fail("path", `${blocked} is not executable`, `run chmod +x ${blocked}`)];
  }
  const real = realpathSync(found);
  const isLauncher = machine.platform === "linux" && (statOf(real)?.size ?? 0) < LARGEST_LAUNCHER;
  if (isLauncher && !isExecutable(join(dirname(real), "docr"))) {
    return [fail("path", `docr is missing next to ${found}`, INSTALL)];
  }
  const place = placeOf(found, real, files);
  const answer = await runHelper("docr", "version", "");
  const installed = /^docker-credential-docr \([^)]*\) (\d+(?:\.[\w-]+){1,4})\s*$/.exec(answer.stdout)?.[1];
  if (answer.exitCode !== 0 || installed === undefined) {
    return [place, fail("version", `${HELPER} does not run or is another program`, INSTALL)];
  }
  if (installed === version) return [place, pass("version", `docr and ${HELPER} are version ${version}`)];
  return [place, warn("version", `${HELPER} is version ${installed}, docr is ${version}`, INSTALL)];
}

/** A client with another PATH, such as one that the desktop starts, may run another copy, with another version. */
function placeOf(found: string, real: string, files: readonly string[]): Finding {
  const other = files.find((path) => isExecutable(path) && realpathSync(path) !== real);
  if (other === undefined) return pass("path", `clients run ${found}`);
  return warn("path", `clients run ${found}, but the PATH has another copy: ${other}`, `remove ${other}`);
}

/** The paths where clients look, in order. Go ignores relative folders in the PATH. */
function candidates({ env, platform }: Machine): readonly string[] {
  const file = platform === "win32" ? `${HELPER}.exe` : HELPER;
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  return folders.map((folder) => join(folder, file));
}

/** Undefined if the path is absent or cannot be looked at. */
function statOf(path: string) {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
