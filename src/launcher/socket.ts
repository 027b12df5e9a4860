// The C functions that the launcher calls to reach the session bus (ffi.json), each wrapped in a function with a clear name.
import { readStatus, STAT_BYTES, userId } from "./libc.ts";
import { placeTexts, releaseTexts } from "./memory.ts";

declare function sysSocket(family: number, type: number, protocol: number): number;
declare function sysConnect(fd: number, address: Uint8Array): number;
declare function sysSend(fd: number, from: Uint8Array, flags: number): number;
declare function sysStat(path: number, into: Uint8Array): number;

const socket = (family: number, type: number, protocol: number): number => sysSocket(family, type, protocol);
const connect = (fd: number, address: Uint8Array): number => sysConnect(fd, address);
const send = (fd: number, from: Uint8Array, flags: number): number => sysSend(fd, from, flags);
// stat takes no length. The C calling convention ignores the additional argument.
const stat = (path: number, into: Uint8Array): number => sysStat(path, into);

const TYPE = 0o170000;
const SOCKET = 0o140000;
/** The capacity of sun_path in struct sockaddr_un, with the NUL at its end. */
const LONGEST_PATH = 108;

/** Opens a socket whose reads and writes do not block, and that the next program does not inherit. -1 on an error. */
export const openSocket = (): number => socket(1, 0o2004001, 0); // AF_UNIX; SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK

/** Connects to the socket at an absolute path. Returns false if no program listens there. */
export function connectTo(fd: number, path: string): boolean {
  const name = new TextEncoder().encode(path);
  if (name.length >= LONGEST_PATH) return false;
  const address = new Uint8Array(2 + name.length + 1);
  address[0] = 1; // AF_UNIX
  address.set(name, 2);
  return connect(fd, address) === 0;
}

/** Returns the number of bytes sent, -1 on an error. A closed socket does not kill this process. */
export const sendBytes = (fd: number, bytes: Uint8Array): number => send(fd, bytes, 0x4000); // MSG_NOSIGNAL

/** Whether the path leads to a socket that this user owns. */
export function isOwnSocket(path: string): boolean {
  const texts = placeTexts([path]);
  if (texts === undefined) return false;
  const struct = new Uint8Array(STAT_BYTES);
  const isThere = stat(texts.first, struct) === 0;
  releaseTexts(texts);
  const { mode, uid } = readStatus(struct);
  return isThere && (mode & TYPE) === SOCKET && uid === userId();
}
