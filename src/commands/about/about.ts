/** What docr knows about its own build and installation. The build stamps it into the executable. */
export interface About {
  /** The commit of git that the build had checked out, with `-dirty` if files were changed. Undefined if docr runs from source. */
  readonly commit: string | undefined;
  /** The version of Node, and of the libraries inside it by their names. */
  readonly node: { readonly version: string; readonly libraries: Readonly<Record<string, string>> };
  /** npm's integrity value of the package with Node that the executable contains. Undefined if the build used another Node. */
  readonly baseIntegrity: string | undefined;
  /** The licenses of everything that the executables contain. Undefined if docr runs from source. */
  readonly licenses: () => Promise<string | undefined>;
  /** The installed executables. Leaves out one that is missing or that docr cannot read. */
  readonly executables: () => Promise<readonly InstalledFile[]>;
}

export interface InstalledFile {
  readonly path: string;
  /** In hexadecimal, as `sha256sum` prints it. */
  readonly sha256: string;
}
