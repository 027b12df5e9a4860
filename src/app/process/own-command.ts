import { accessSync, constants } from "node:fs";
import { HELPER_NAME } from "../../protocol/messages.ts";
import { LOADER } from "../../response-cache/shared/loader.ts";

/** How to start docr in another process, or again in this one. */
export interface OwnCommand {
  readonly program: string;
  /** The arguments in front of docr's own. */
  readonly args: readonly string[];
  /** The path of docr's executable, or of Node if docr runs from source. */
  readonly executable: string;
  /** The path of the launcher, which may be missing. */
  readonly launcher: string;
}

/**
 * Reads it from the running process. Where docr brings its own glibc (on systems with musl), the process is the loader, and docr is
 * next to it. `script` is the path of the source file that Node runs.
 */
export function ownCommandOf(
  { execPath, execArgv }: Pick<NodeJS.Process, "execPath" | "execArgv">,
  script: string | undefined,
): OwnCommand {
  const folder = execPath.slice(0, Math.max(execPath.lastIndexOf("/"), 0));
  const launcher = `${folder}/${HELPER_NAME}`;
  if (script !== undefined) {
    return { program: execPath, args: [...execArgv, script], executable: execPath, launcher };
  }
  if (!execPath.endsWith(`/${LOADER}`))
    return { program: execPath, args: [], executable: execPath, launcher };
  const executable = `${folder}/docr`;
  return {
    program: execPath,
    args: ["--library-path", folder, executable],
    executable,
    // Both names in `bin` are the launcher (scripts/build/layout.ts).
    launcher: `${folder}/../../bin/${HELPER_NAME}`,
  };
}

/** The kernel's link to the running program. It works even if the file was replaced or removed meanwhile. */
const RUNNING = "/proc/self/exe";

/** Returns the path with which the program can be started now, or undefined. Node aborts if it cannot become a program. */
export function findOwnProgram(
  { program, executable }: Pick<OwnCommand, "program" | "executable">,
  running = RUNNING,
): string | undefined {
  // The loader gets the executable as an argument.
  if (program !== executable && !isRunnable(executable)) return undefined;
  return [running, program].find(isRunnable);
}

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
