import { existsSync, readFileSync } from "node:fs";
import { getCACertificates } from "node:tls";
import { HelperError } from "../core/errors.ts";
import type { Environment } from "../core/machine.ts";

/** The bundles of Linux systems, in Go's order (crypto/x509, root_linux.go). */
const SYSTEM_BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/cacert.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

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
  return [baseAuthorities(env), ...(extra ? [readBundle("NODE_EXTRA_CA_CERTS", extra)] : [])];
}

function baseAuthorities(env: Environment): Authorities {
  const named = env["SSL_CERT_FILE"];
  if (named) return readBundle("SSL_CERT_FILE", named);
  const bundle = SYSTEM_BUNDLES.find((path) => existsSync(path));
  if (bundle !== undefined) return { from: bundle, certificates: [readFileSync(bundle, "utf8")] };
  // macOS and Windows have an API instead of a file. A minimal container may have neither.
  const system = getCACertificates("system");
  if (system.length > 0) return { from: "the system's store", certificates: system };
  return { from: "Node's bundled list", certificates: getCACertificates("bundled") };
}

function readBundle(variable: string, path: string): Authorities {
  try {
    return { from: `the file in ${variable}`, certificates: [readFileSync(path, "utf8")] };
  } catch (cause) {
    throw new HelperError("bad-trust", `the file in ${variable} cannot be read`, { cause });
  }
}
