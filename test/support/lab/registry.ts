import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { BASIC_ADDRESS, REGISTRY_ADDRESS } from "./namespace.ts";
import { SYSTEM_PATH } from "./parts.ts";
import { ISSUER, type Pki, SERVICE } from "./pki.ts";
import { runWell } from "./run.ts";
import { type Service, startService } from "./service.ts";

export const BASIC_LOGIN = { username: "bas", password: "baspw" };

/** Starts Debian's docker-registry as registry.digitalocean.com. It accepts the API's tokens. */
export function startRegistry(folder: string, pki: Pki): Promise<Service> {
  const realm = "https://api.digitalocean.com/v2/registry/auth";
  const auth = `token: {realm: "${realm}", service: ${SERVICE}, issuer: ${ISSUER}, rootcertbundle: ${pki.signerCertificate}}`;
  return start(folder, { name: "registry.digitalocean.com", address: REGISTRY_ADDRESS, auth }, pki);
}

/** Starts another registry, basic.test, with a password file. */
export async function startBasicRegistry(folder: string, pki: Pki): Promise<Service> {
  const { username, password } = BASIC_LOGIN;
  const passwords = await runWell("htpasswd", ["-Bbn", username, password], { env: { PATH: SYSTEM_PATH } });
  const path = join(folder, "htpasswd");
  writeFileSync(path, passwords.stdout);
  const auth = `htpasswd: {realm: basic-realm, path: ${path}}`;
  return start(folder, { name: "basic.test", address: BASIC_ADDRESS, auth }, pki);
}

interface Site {
  readonly name: string;
  readonly address: string;
  /** The body of the configuration's `auth`. */
  readonly auth: string;
}

function start(folder: string, site: Site, pki: Pki): Promise<Service> {
  const config = join(folder, `${site.name}.yml`);
  writeFileSync(
    config,
    `version: 0.1
log: {level: info, accesslog: {disabled: false}}
storage: {filesystem: {rootdirectory: ${folder}/${site.name}}, delete: {enabled: true}}
http:
  addr: ${site.address}:443
  host: https://${site.name}
  tls: {certificate: ${pki.serverCertificate}, key: ${pki.serverKey}}
auth: {${site.auth}}
`,
  );
  return startService("docker-registry", ["serve", config], {
    env: { PATH: SYSTEM_PATH, OTEL_TRACES_EXPORTER: "none" },
    log: join(folder, `${site.name}.log`),
    isReady: () => isListening(site.address, 443),
  });
}

/** Returns whether the port accepts connections. */
export function isListening(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}
