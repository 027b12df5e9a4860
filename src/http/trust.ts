import { existsSync, readFileSync } from "node:fs";
import { getCACertificates } from "node:tls";
import type { Environment } from "../core/machine.ts";
import { HelperError } from "../core/errors.ts";

/** Where Linux systems keep their bundle, in the order that Go looks (crypto/x509, root_linux.go). */
const SYSTEM_BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/cacert.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/** Some authorities, in PEM, and where they are from, in words. */
interface Authorities {
  readonly from: string;
  readonly certificates: readonly string[];
}

/**
 * The certificate authorities to trust, in PEM: what SSL_CERT_FILE holds, else the system's store, else Node's
 * own list; NODE_EXTRA_CA_CERTS is added to any of them. Throws `bad-trust` where a file that the
 * environment names cannot be read: going on with fewer authorities would only fail with a riddle.
 */
export function trustedAuthorities(env: Environment): string[] {
  return authorities(env).flatMap(({ certificates }) => certificates);
}

/** Where they come from, and how many there are. Throws like `trustedAuthorities`. */
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
  // macOS and Windows keep theirs behind an API; the bundled list covers a bare container.
  const system = getCACertificates("system");
  if (system.length > 0) return { from: "the system's store", certificates: system };
  return { from: "Node's own list", certificates: getCACertificates("bundled") };
}

function readBundle(variable: string, path: string): Authorities {
  try {
    return { from: `the file in ${variable}`, certificates: [readFileSync(path, "utf8")] };
  } catch (cause) {
    throw new HelperError("bad-trust", `the file that ${variable} names cannot be read`, { cause });
  }
}
