// Memory for the arguments of execv, which are pointers. scriptc's foreign calls have no pointers, but an address below 2 GiB is
// also a number. Such memory is mapped here, and texts are copied into it.
declare function sysMmap(
  address: number,
  length: number,
  protection: number,
  flags: number,
  fd: number,
  offset: number,
): number;
declare function sysMunmap(address: number, length: number): number;
declare function sysCopyBytes(to: number, from: Uint8Array): number;
declare function sysCopyText(to: number, text: string): number;
declare function sysTextLength(text: string): number;

// PROT_READ | PROT_WRITE; MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, which old kernels ignore
const mapAt = (address: number, length: number): number => sysMmap(address, length, 3, 0x100022, -1, 0);
// PROT_READ | PROT_WRITE | PROT_EXEC; MAP_PRIVATE | MAP_ANONYMOUS
const mapExecutable = (length: number): number => sysMmap(0, length, 7, 0x22, -1, 0);
const unmap = (address: number, length: number): number => sysMunmap(address, length);
const copyBytes = (to: number, from: Uint8Array): number => sysCopyBytes(to, from);
const copyText = (to: number, text: string): number => sysCopyText(to, text);
const lengthInBytes = (text: string): number => sysTextLength(text);

/** The lower half of -1. An address, also its lower half, is a multiple of a page's size. */
const MAP_FAILED = 0xffffffff;

/** Whether this process may execute memory that it has written. The page stays mapped until the process becomes a program. */
export function canExecuteWritten(): boolean {
  return mapExecutable(4096) !== MAP_FAILED;
}

/** Where to try. The launcher itself is below the first address, and its stack and libraries are far above the last. */
const FIRST_ADDRESS = 0x10000000;
const LAST_ADDRESS = 0x70000000;
const STEP = 0x10000000;

/** A C array of pointers to texts, which a null pointer ends. */
export interface TextArray {
  readonly address: number;
  /** The address of the first text. */
  readonly first: number;
  /** Of the array and the texts, in bytes. */
  readonly size: number;
}

/** Copies the texts. Returns undefined if one contains a NUL, or if there is no memory below 2 GiB. */
export function placeTexts(texts: readonly string[]): TextArray | undefined {
  const pointers = new Uint8Array(8 * (texts.length + 1));
  let size = pointers.length;
  for (const text of texts) {
    if (text.includes("\0")) return undefined;
    size += lengthInBytes(text) + 1;
  }
  const address = mapLow(size);
  if (address === 0) return undefined;
  let at = address + pointers.length;
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i] ?? "";
    for (let byte = 0; byte < 4; byte++) pointers[8 * i + byte] = (at >>> (8 * byte)) & 255;
    copyText(at, text);
    // The memory is zero, and one byte of it ends the text.
    at += lengthInBytes(text) + 1;
  }
  copyBytes(address, pointers);
  return { address, first: address + pointers.length, size };
}

/** Gives the memory back. */
export function releaseTexts(texts: TextArray): void {
  unmap(texts.address, texts.size);
}

/** Maps zeroed memory below 2 GiB. Returns its address, or 0 if there is none. */
function mapLow(size: number): number {
  for (let address = FIRST_ADDRESS; address <= LAST_ADDRESS; address += STEP) {
    if (mapAt(address, size) === address) return address;
  }
  return 0;
}
