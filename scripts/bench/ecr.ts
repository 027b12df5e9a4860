import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Environment, run } from "../../test/support/lab/run.ts";

const ACCOUNT = "123456789012";
const REGION = "us-east-1";
export const ECR_HOST = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;
const KEY_ID = "AKIADOCRBENCH0000000";
const PROGRAM = "/usr/bin/docker-credential-ecr-login";

/** docker-credential-ecr-login with a credential in its cache. Keys are made up; it needs no network. */
export interface Ecr {
  readonly env: Environment;
  readonly isRight: (stdout: string) => boolean;
}

/** Undefined if it is not installed or rejects the cache written here. */
export async function prepareEcr(home: string, env: Environment): Promise<Ecr | undefined> {
  const password = "a password from the cache";
  mkdirSync(join(home, ".ecr"), { recursive: true });
  const entry = {
    AuthorizationToken: Buffer.from(`AWS:${password}`).toString("base64"),
    RequestedAt: new Date(Date.now() - 60_000).toISOString(),
    ExpiresAt: new Date(Date.now() + 12 * 3_600_000).toISOString(),
    ProxyEndpoint: `https://${ECR_HOST}`,
    Service: "ecr",
  };
  // In version 0.6, the "checksum" in an entry's name is the key's name followed by the digest of an empty text.
  const scope = Buffer.concat([Buffer.from(KEY_ID), createHash("md5").digest()]).toString("base64");
  const cache = { Registries: { [`${REGION}-${scope}-${ACCOUNT}`]: entry }, Version: "1.0" };
  writeFileSync(join(home, ".ecr", "cache.json"), JSON.stringify(cache));
  const ecr: Ecr = {
    env: {
      ...env,
      AWS_ACCESS_KEY_ID: KEY_ID,
      AWS_SECRET_ACCESS_KEY: "made up",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_ENDPOINT_URL: "http://127.0.0.1:9",
    },
    isRight: (stdout) => stdout.includes(password),
  };
  try {
    const { code, stdout } = await run(PROGRAM, ["get"], {
      env: ecr.env,
      stdin: ECR_HOST,
      timeoutSeconds: 10,
    });
    return code === 0 && ecr.isRight(stdout) ? ecr : undefined;
  } catch {
    return undefined;
  }
}
