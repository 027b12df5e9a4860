/**
 * The spellings of DigitalOcean's registry whose responses are cached. The launcher and docr both compile this file. It accepts only
 * addresses that docr's own grammar (core/address.ts) certainly understands in the same way; a property test compares them.
 */

const HOST = "registry.digitalocean.com";
/** Characters. With a longer address, a response might not fit into one write to a pipe. */
const LONGEST_ADDRESS = 512;
const LONGEST_REGISTRY = 63;

/**
 * Returns the registry that the address names: a valid name, or "" if it names only the host. Returns undefined if the address is not
 * plainly DigitalOcean's registry; docr then decides. An accepted address needs no escapes in JSON.
 */
export function registryIn(address: string): string | undefined {
  if (address.length > LONGEST_ADDRESS) return undefined;
  const start = schemeLength(address);
  const end = start + HOST.length;
  if (lowerCase(address.slice(start, end)) !== HOST) return undefined;
  const rest = address.slice(end);
  return registryInPath(rest.startsWith(":443") ? rest.slice(4) : rest);
}

function schemeLength(address: string): number {
  if (lowerCase(address.slice(0, 8)) === "https://") return 8;
  return lowerCase(address.slice(0, 7)) === "http://" ? 7 : 0;
}

function registryInPath(path: string): string | undefined {
  let end = path.length;
  while (end > 0 && path.charCodeAt(end - 1) === SLASH) end -= 1;
  if (end === 0) return "";
  const segments = path.slice(0, end).split("/");
  if (segments[0] !== "") return undefined;
  for (const segment of segments.slice(1)) {
    if (!isSegment(segment)) return undefined;
  }
  const first = segments[1] ?? "";
  // The API's base path, which clients send too.
  if (first === "v1" || first === "v2") return "";
  return isRegistry(first) ? first : undefined;
}

const SLASH = 47;

/** One or more of A-Z, a-z, 0-9, ".", "_" and "-". */
function isSegment(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const isUpper = code >= 65 && code <= 90;
    if (!isUpper && !isLowerOrDigit(code) && code !== 45 && code !== 46 && code !== 95) return false;
  }
  return text !== "";
}

function isRegistry(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (!isLowerOrDigit(code) && code !== 45) return false;
  }
  return text !== "" && text.length <= LONGEST_REGISTRY;
}

function isLowerOrDigit(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57);
}

/** Changes only A-Z. toLowerCase() would also change other letters, some of them into ASCII. */
function lowerCase(text: string): string {
  let lower = "";
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    lower += String.fromCharCode(code >= 65 && code <= 90 ? code + 32 : code);
  }
  return lower;
}
