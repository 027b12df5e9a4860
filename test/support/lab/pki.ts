import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TokenSigner } from "../fakes/registry-token-endpoint.ts";
import { SYSTEM_PATH } from "./parts.ts";
import { runWell } from "./run.ts";

/** The names in the lab's server certificate. */
const NAMES = [
  "registry.digitalocean.com",
  "api.digitalocean.com",
  "cloud.digitalocean.com",
  "basic.test",
  "registry-1.docker.io",
  "auth.docker.io",
  "localhost",
];

/** Paths of PEM files. */
export interface Pki {
  readonly ca: string;
  readonly serverKey: string;
  readonly serverCertificate: string;
  readonly signerKey: string;
  readonly signerCertificate: string;
}

export const SERVICE = "registry.digitalocean.com";
export const ISSUER = "docr-stand-in";

/** Creates a CA, a server certificate signed by it, and the certificate that signs registry tokens. */
export async function createPki(folder: string): Promise<Pki> {
  const pki = describePki(folder);
  if (existsSync(pki.signerCertificate)) return pki;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await selfSign(folder, "ca", "docr test CA", [
    "basicConstraints=critical,CA:TRUE",
    "keyUsage=critical,keyCertSign,cRLSign",
  ]);
  await signLeaf(folder);
  await selfSign(folder, "signer", "docr test token signer", []);
  return pki;
}

export function describePki(folder: string): Pki {
  return {
    ca: join(folder, "ca.crt"),
    serverKey: join(folder, "server.key"),
    serverCertificate: join(folder, "server.crt"),
    signerKey: join(folder, "signer.key"),
    signerCertificate: join(folder, "signer.crt"),
  };
}

/** Returns the key with which the stand-in signs tokens for the registry. */
export function readSigner(pki: Pki): TokenSigner {
  return {
    key: readFileSync(pki.signerKey, "utf8"),
    certificate: readFileSync(pki.signerCertificate, "utf8"),
    issuer: ISSUER,
    service: SERVICE,
  };
}

export function readServerTls(pki: Pki): { readonly key: string; readonly certificate: string } {
  return {
    key: readFileSync(pki.serverKey, "utf8"),
    certificate: readFileSync(pki.serverCertificate, "utf8"),
  };
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** The name, without its number, by which OpenSSL finds the authority in a directory. */
export async function hashOf({ ca }: Pick<Pki, "ca">): Promise<string> {
  const args = ["x509", "-hash", "-noout", "-in", ca];
  return (await runWell("openssl", args, { env: { PATH: SYSTEM_PATH } })).stdout.trim();
}

async function selfSign(folder: string, name: string, subject: string, extensions: readonly string[]) {
  const files = ["-keyout", `${name}.key`, "-out", `${name}.crt`, "-subj", `/CN=${subject}`];
  const added = extensions.flatMap((extension) => ["-addext", extension]);
  await openssl(folder, ["req", "-x509", ...NEW_KEY, "-days", "30", ...files, ...added]);
}

async function signLeaf(folder: string): Promise<void> {
  const names = [...NAMES.map((name) => `DNS:${name}`), "IP:127.0.0.1"].join(",");
  const extensions = ["basicConstraints=CA:FALSE", "extendedKeyUsage=serverAuth", `subjectAltName=${names}`];
  writeFileSync(join(folder, "server.ext"), `${extensions.join("\n")}\n`);
  const request = ["-keyout", "server.key", "-out", "server.csr", "-subj", `/CN=${SERVICE}`];
  await openssl(folder, ["req", ...NEW_KEY, ...request]);
  const signing = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30"];
  const files = ["-in", "server.csr", "-out", "server.crt", "-extfile", "server.ext"];
  await openssl(folder, ["x509", "-req", ...files, ...signing]);
}

async function openssl(folder: string, args: readonly string[]): Promise<void> {
  await runWell("openssl", args, { cwd: folder, env: { PATH: SYSTEM_PATH } });
}
