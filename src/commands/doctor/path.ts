import { realpathSync, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { isExecutable } from "../../system/executables.ts";
import type { Machine } from "../../core/machine.ts";
import type { VerbPorts } from "../ports.ts";
import { fail, pass, warn, type Line } from "./finding.ts";

/** The name under which docker and podman look for us. */
const HELPER = "docker-credential-docr";
/** Much more than the launcher, much less than the full program. Bytes. */
const LARGEST_LAUNCHER = 5_000_000;
const INSTALL = "install it again: docr and docker-credential-docr side by side, in a folder of the PATH";

/** Whether clients would find us, whole, and this version. */
export async function lookAtPath(ports: VerbPorts): Promise<readonly Line[]> {
  const { machine, version } = ports;
  const files = candidates(machine);
  const found = files.find(isExecutable);
  if (found === undefined) {
    const blocked = files.find((path) => statOf(path)?.isFile());
    if (blocked === undefined) return [fail("path", `${HELPER} is not on the PATH`, INSTALL)];
    return [fail("path", `${blocked} cannot be executed`, `chmod +x ${blocked}`)];
  }
  const real = realpathSync(found);
  const isLauncher = machine.platform === "linux" && (statOf(real)?.size ?? 0) < LARGEST_LAUNCHER;
  if (isLauncher && !isExecutable(join(dirname(real), "docr"))) {
    return [fail("path", `${found} has no docr beside it to call`, INSTALL)];
  }
  const where = pass("path", `${found} is what clients call`);
  const answer = await ports.runHelper("docr", "version", "");
  const theirs = /^docker-credential-docr \([^)]*\) (\d+(?:\.[\w-]+){1,4})\s*$/.exec(answer.stdout)?.[1];
  if (answer.exitCode !== 0 || theirs === undefined) {
    return [where, fail("version", `${HELPER} does not run, or is another program`, INSTALL)];
  }
  if (theirs === version) return [where, pass("version", `docr ${version} under both names`)];
  return [where, warn("version", `${HELPER} is ${theirs}, and this is docr ${version}`, INSTALL)];
}

/** Where clients look, in their order; Go takes nothing from a relative part of the PATH. */
function candidates({ env, platform }: Machine): readonly string[] {
  const file = platform === "win32" ? `${HELPER}.exe` : HELPER;
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  return folders.map((folder) => join(folder, file));
}

function statOf(path: string) {
  return statSync(path, { throwIfNoEntry: false });
}
