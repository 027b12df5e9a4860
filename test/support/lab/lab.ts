import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createStandIn, type StandIn, type StandInOptions } from "../fakes/digitalocean-api.ts";
import { type DockerEngine, startDockerEngine } from "./docker-engine.ts";
import { explainNoExecutable } from "./executable.ts";
import { createRootTar } from "./image.ts";
import { API_ADDRESS, explainNoNamespace, findLabFolder, findPki } from "./namespace.ts";
import { explainMissing, KEYRING, type Part } from "./parts.ts";
import { createUser, type User } from "./user.ts";
import { readServerTls, readSigner } from "./pki.ts";
import { startBasicRegistry, startRegistry } from "./registry.ts";

/** DigitalOcean on loopback, and a user with a keyring. */
export interface Lab {
  readonly folder: string;
  /** The tar of a tiny root file system. */
  readonly rootTar: string;
  readonly standIn: StandIn;
  readonly user: User;
  /** Undefined unless the options ask for it. */
  readonly engine: DockerEngine | undefined;
  close(): Promise<void>;
}

export interface LabOptions extends StandInOptions {
  readonly engine?: boolean;
  readonly basicRegistry?: boolean;
}

/** Returns why this process cannot open a lab, or undefined. */
export function explainNoLab(parts: readonly Part[]): string | undefined {
  return (
    explainOutside() ??
    explainMissing(["docker-registry", "htpasswd", "busybox", ...KEYRING, "secret-tool", ...parts]) ??
    explainNoExecutable()
  );
}

function explainOutside(): string | undefined {
  if (findLabFolder() !== undefined) return undefined;
  return explainNoNamespace() ?? "needs the private namespace that npm test makes";
}

export async function openLab(options: LabOptions = {}): Promise<Lab> {
  const labFolder = findLabFolder();
  if (labFolder === undefined) throw new Error("the lab is only there inside the namespace");
  const pki = findPki(labFolder);
  const folder = mkdtempSync(join(labFolder, "l-"));
  const stops: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const stop of stops.toReversed()) await stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const standIn = await createStandIn({
      ...options,
      host: API_ADDRESS,
      port: 443,
      tls: readServerTls(pki),
      signer: readSigner(pki),
    });
    stops.push(() => standIn.close());
    const registry = await startRegistry(folder, pki);
    stops.push(() => registry.stop());
    if (options.basicRegistry) {
      const basic = await startBasicRegistry(folder, pki);
      stops.push(() => basic.stop());
    }
    const engine = options.engine ? await startDockerEngine(join(folder, "d")) : undefined;
    if (engine) stops.push(() => engine.stop());
    const user = await createUser(join(folder, "p"));
    stops.push(() => user.close());
    return { folder, rootTar: await createRootTar(folder), standIn, user, engine, close };
  } catch (error) {
    await close();
    throw error;
  }
}
