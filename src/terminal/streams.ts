export interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stderr: NodeJS.WriteStream;
  /** Runs `restore` if ctrl-C or a signal ends the process. Returns a function that cancels this. */
  readonly onInterrupt: (restore: () => void) => () => void;
}
