import { HELPER_NAME } from "../protocol/messages.ts";
import { LOADER } from "../response-cache/shared/loader.ts";

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
