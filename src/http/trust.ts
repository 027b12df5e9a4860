import { readdirSync } from "node:fs";
import { getCACertificates } from "node:tls";
import { HelperError } from "../core/errors.ts";
import type { Environment } from "../core/machine.ts";
import { isReadable, readTextIfPresent } from "../system/regular-file.ts";

/** The bundles of Linux systems, in Go's order (crypto/x509, root_linux.go). */
const SYSTEM_BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/cacert.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/** KiB. The system's bundles have about 250. */
const LARGEST_BUNDLE_KIB = 16 * 1024;

/** The directory that Node's OpenSSL is built with. */
const SYSTEM_DIRECTORY = "/etc/ssl/certs";
/** The hash of a certificate's subject. OpenSSL finds an authority in a directory only by such a name. */
const HASHED_NAME = /^[0-9a-f]{8}\.\d+$/;

/** Certificates in PEM. `from` is the source, for display. */
interface Authorities {
  readonly from: string;
  readonly certificates: readonly string[];
}

/**
 * The certificate authorities to trust, in PEM: those in SSL_CERT_FILE, else the system's, else Node's bundled list.
 * NODE_EXTRA_CA_CERTS adds to each of them. Throws `bad-trust` if a file that the environment names cannot be read: with
 * fewer authorities, requests would fail without a clear reason.
 */
export function trustedAuthorities(env: Environment): string[] {
  return authorities(env).flatMap(({ certificates }) => certificates);
}

/**
 * Whether OpenSSL itself can read the authorities to trust, which is faster than `trustedAuthorities` (src/app/startup/README.md): the
 * file in SSL_CERT_FILE, or the system's directory, where it looks them up one by one. OpenSSL may find fewer: many images append an
 * authority only to the bundle.
 */
export function isReadByOpenssl(env: Environment): boolean {
  if (env["NODE_EXTRA_CA_CERTS"]) return false;
  // Without --use-openssl-ca, which only the executable has, Node would use its own list instead.
  if (getCACertificates("default").length > 0) return false;
  const named = env["SSL_CERT_FILE"];
  // OpenSSL would wait for the writer of a named pipe. src/app/process/own-environment.ts keeps it from its directory.
  if (named) return isReadable(named, { limitKib: LARGEST_BUNDLE_KIB });
  // OpenSSL itself reads this variable.
  if (env["SSL_CERT_DIR"]) return false;
  try {
    return readdirSync(SYSTEM_DIRECTORY).some((name) => HASHED_NAME.test(name));
  } catch {
    return false;
  }
}

/** Returns the number of authorities from each source, for display. Throws like `trustedAuthorities`. */
export function describeAuthorities(env: Environment): string {
  const described = authorities(env).map(({ from, certificates }) => {
    const count = certificates.join("\n").split("-----BEGIN ").length - 1;
    return `${count} from ${from}`;
  });
  return described.join(", ");
}

function authorities(env: Environment): readonly Authorities[] {
  const extra = env["NODE_EXTRA_CA_CERTS"];
  return [baseAuthorities(env), ...(extra ? [namedAuthorities("NODE_EXTRA_CA_CERTS", extra)] : [])];
}

function baseAuthorities(env: Environment): Authorities {
  const named = env["SSL_CERT_FILE"];
  if (named) return namedAuthorities("SSL_CERT_FILE", named);
  for (const path of SYSTEM_BUNDLES) {
    const text = readBundle(path, path, "make it readable, or set SSL_CERT_FILE to another bundle");
    if (text !== undefined) return { from: path, certificates: [text] };
  }
  // macOS and Windows have an API instead of a file. A minimal container may have neither.
  const system = getCACertificates("system");
  if (system.length > 0) return { from: "the system's store", certificates: system };
  return { from: "Node's bundled list", certificates: getCACertificates("bundled") };
}

function namedAuthorities(variable: string, path: string): Authorities {
  const from = `the file in ${variable}`;
  const text = readBundle(path, from);
  if (text !== undefined) return { from, certificates: [text] };
  throw new HelperError("bad-trust", `${from} cannot be read (ENOENT)`);
}

/** Returns undefined if the file is absent. Throws `bad-trust`, with `label` as the file's name, if it cannot be read. */
function readBundle(path: string, label: string, hint?: string): string | undefined {
  return readTextIfPresent(
    path,
    { limitKib: LARGEST_BUNDLE_KIB },
    (reason, cause) =>
      new HelperError("bad-trust", `${label} cannot be read (${reason})`, {
        cause,
        ...(hint !== undefined && { hint }),
      }),
  );
}
