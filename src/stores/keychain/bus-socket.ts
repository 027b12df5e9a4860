/**
 * A Unix socket by Node's own handle, which `node:net` is built on. `node:net` takes 3 ms longer to load and to connect
 * (src/app/startup/README.md). Node is pinned, and the tests notice if the handle changes. Node itself calls the handle in
 * lib/net.js and lib/internal/stream_base_commons.js.
 */

/** The client's end of a Unix socket. */
export interface BusSocket {
  /** Queues the bytes until the socket is connected and the peer reads. */
  write(bytes: Uint8Array): void;
  /** Closes the socket at once. No event follows. */
  close(): void;
}

/** An error is libuv's code: on Linux, the negative errno, or -4095 at the end of the stream. */
export interface BusSocketEvents {
  readonly onConnect: () => void;
  readonly onData: (bytes: Uint8Array) => void;
  /** The last event: the peer has closed the socket, or the socket failed or could not be connected. */
  readonly onEnd: (error: number) => void;
}

interface PipeHandle {
  /** The position and the number of bytes, or the error, are in `streamBaseState`. */
  onread: (buffer: ArrayBuffer) => void;
  connect(request: object, path: string): number;
  readStart(): number;
  /** Returns an error or 0, or a request if the bytes are not written yet. `streamBaseState` then has the error of the call. */
  writeBuffer(request: null, bytes: Uint8Array): number | WriteRequest;
  close(): void;
}

interface WriteRequest {
  /** Keeps the bytes until they are written. */
  buffer?: Uint8Array;
  oncomplete?: (status: number) => void;
}

/** Node's internal modules that this file uses. */
interface Bindings {
  readonly pipe_wrap: {
    readonly Pipe: new (type: number) => PipeHandle;
    readonly PipeConnectWrap: new () => { oncomplete?: (status: number) => void };
    readonly constants: { readonly SOCKET: number };
  };
  readonly stream_wrap: {
    readonly streamBaseState: Readonly<Record<number, number>>;
    /** Indexes of `streamBaseState`. */
    readonly kReadBytesOrError: number;
    readonly kArrayBufferOffset: number;
    readonly kLastWriteErr: number;
  };
}

/** `process.binding`. */
export type NodeBinding = <Name extends keyof Bindings>(name: Name) => Bindings[Name];

/** Connects to the socket with this path. A path that begins with NUL names an abstract socket. */
export function openBusSocket(
  binding: NodeBinding,
  path: string,
  { onConnect, onData, onEnd }: BusSocketEvents,
): BusSocket {
  const { Pipe, PipeConnectWrap, constants } = binding("pipe_wrap");
  const { streamBaseState, kReadBytesOrError, kArrayBufferOffset, kLastWriteErr } = binding("stream_wrap");
  const handle = new Pipe(constants.SOCKET);
  let isOpen = true;
  let isConnected = false;
  const close = (): void => {
    if (isOpen) handle.close();
    isOpen = false;
  };
  const endIfFailed = (status: number): void => {
    if (status >= 0 || !isOpen) return;
    close();
    onEnd(status);
  };
  handle.onread = (buffer) => {
    const length = streamBaseState[kReadBytesOrError] ?? 0;
    if (length > 0 && isOpen) onData(new Uint8Array(buffer, streamBaseState[kArrayBufferOffset], length));
    else endIfFailed(length);
  };
  const request = new PipeConnectWrap();
  request.oncomplete = (status) => {
    endIfFailed(status);
    if (!isOpen) return;
    isConnected = true;
    onConnect();
    handle.readStart();
  };
  // Fails at once if the path is too long, for example.
  const failure = handle.connect(request, path);
  if (failure < 0) queueMicrotask(() => endIfFailed(failure));
  return {
    close,
    write(bytes) {
      if (!isOpen || bytes.length === 0) return;
      const written = handle.writeBuffer(null, bytes);
      const error = typeof written === "number" ? written : (streamBaseState[kLastWriteErr] ?? 0);
      if (typeof written === "object") {
        written.buffer = bytes;
        written.oncomplete = endIfFailed;
      }
      // Before that, the connection fails too, and its error says why.
      if (error < 0 && isConnected) queueMicrotask(() => endIfFailed(error));
    },
  };
}
