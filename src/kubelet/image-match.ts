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
 * Whether the pattern matches the image. Both need the same port and the same number of parts in the host. A `*` or `?` stands for
 * characters within one part of the host. The path is only a prefix, without a boundary: `…/acme` also matches `…/acme-evil/app`.
 */
export function matchesImage(pattern: string, image: string): boolean {
  const [wanted, found] = [partsOf(pattern), partsOf(image)];
  if (wanted.port !== found.port || wanted.host.length !== found.host.length) return false;
  if (!found.path.startsWith(wanted.path)) return false;
  return wanted.host.every((part, index) => globOf(part)?.test(found.host[index] ?? "") === true);
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

function partsOf(text: string): Parts {
  const host = hostOf(text);
  const [, name = host, port = ""] = /^(.*):(\d*)$/.exec(host) ?? [];
  return { host: name.split("."), port, path: text.slice(host.length) };
}

/** Converts a pattern of Go's filepath.Match. Returns undefined for one that Go rejects. */
function globOf(part: string): RegExp | undefined {
  let source = "";
  for (let index = 0; index < part.length; index += 1) {
    const letter = part[index] ?? "";
    if (letter === "*") source += "[^/]*";
    else if (letter === "?") source += "[^/]";
    else if (letter === "[") {
      const end = part.indexOf("]", index + 2);
      if (end < 0) return undefined;
      source += `[${part.slice(index + 1, end).replaceAll("\\", "\\\\")}]`;
      index = end;
    } else source += RegExp.escape(letter);
  }
  try {
    return new RegExp(`^${source}$`);
  } catch {
    return undefined;
  }
}
