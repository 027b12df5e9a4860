export interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stderr: NodeJS.WriteStream;
  /** `restore` runs if ctrl-C or a signal ends the process. Returns a function that cancels it. */
  readonly onInterrupt: (restore: () => void) => () => void;
}
