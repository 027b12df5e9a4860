/** The process's environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The properties of the machine and the user that determine where files are. */
export interface Machine {
  readonly env: Environment;
  /** As in `process.platform`. */
  readonly platform: string;
  /** Undefined on Windows. */
  readonly uid: number | undefined;
}

/** The user's configuration directory (XDG base directories, or macOS's or Windows' own). Undefined without a home directory. */
export function configHome({ env, platform }: Machine): string | undefined {
  if (platform === "win32") return env["APPDATA"];
  const home = env["HOME"];
  if (platform === "darwin") return home ? `${home}/Library/Application Support` : undefined;
  const xdg = env["XDG_CONFIG_HOME"];
  if (xdg?.startsWith("/")) return xdg;
  return home ? `${home}/.config` : undefined;
}

/** The user's directory for state that is not worth a backup, on Linux. Undefined elsewhere and without a home directory. */
export function stateHome({ env, platform }: Machine): string | undefined {
  if (platform !== "linux") return undefined;
  const xdg = env["XDG_STATE_HOME"];
  if (xdg?.startsWith("/")) return xdg;
  const home = env["HOME"];
  return home?.startsWith("/") ? `${home}/.local/state` : undefined;
}

/** The user's data directory, by the same rules. */
export function dataHome(machine: Machine): string | undefined {
  const { env, platform } = machine;
  if (platform === "win32") return env["LOCALAPPDATA"] ?? env["APPDATA"];
  if (platform === "darwin") return configHome(machine);
  const xdg = env["XDG_DATA_HOME"];
  if (xdg?.startsWith("/")) return xdg;
  const home = env["HOME"];
  return home ? `${home}/.local/share` : undefined;
}
