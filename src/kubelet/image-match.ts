/**
 * Which patterns match an image, by the kubelet's rules (kubernetes/kubernetes, pkg/credentialprovider/keyring.go). The same rules
 * apply to `matchImages` in the configuration and to the keys of `auth` in a response.
 */

interface Parts {
  /** The parts of the host between the dots. */
  readonly host: readonly string[];
  /** Empty if there is none. */
  readonly port: string;
  /** From the first slash on. Empty if there is none. */
  readonly path: string;
}

/**
 * Whether the pattern matches the image. Both need the same port and the same number of parts in the host. A `*` stands for
 * characters within one part of the host. The path is only a prefix, without a boundary: `…/acme` also matches `…/acme-evil/app`.
 */
export function matchesImage(pattern: string, image: string): boolean {
  const [wanted, found] = [partsOf(pattern), partsOf(image)];
  if (wanted.port !== found.port || wanted.host.length !== found.host.length) return false;
  if (!found.path.startsWith(wanted.path)) return false;
  return wanted.host.every((part, index) => globOf(part).test(found.host[index] ?? ""));
}

/** Returns the part of a pattern before its path. */
export function hostOf(text: string): string {
  return text.split("/", 1)[0] ?? "";
}

/**
 * Returns the keys of a response's `auth` that the kubelet uses for the image, the first one first. The kubelet drops the scheme and
 * the path `/v1` or `/v2` of a key, and tries the keys in reverse order.
 */
export function matchingKeys(keys: readonly string[], image: string): readonly string[] {
  return keys
    .filter((key) => matchesImage(normalized(key), image))
    .toSorted()
    .toReversed();
}

function normalized(key: string): string {
  return key.replace(/^https?:\/\//, "").replace(/\/v[12](?=\/|$)/, "");
}

/** The kubelet parses both as URLs without a scheme. It ignores a user name, and everything from a `?` or `#` on. */
function partsOf(text: string): Parts {
  const [address = ""] = text.split(/[?#]/, 1);
  const host = hostOf(address);
  const [, name = host, port = ""] = /^(.*):(\d*)$/.exec(host) ?? [];
  const labels = name.slice(name.lastIndexOf("@") + 1).split(".");
  return { host: labels, port, path: address.slice(host.length) };
}

function globOf(part: string): RegExp {
  const literals = part.split("*").map((text) => RegExp.escape(text));
  return new RegExp(`^${literals.join("[^/]*")}$`);
}
