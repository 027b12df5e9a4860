import { readdirSync } from "node:fs";
import { join } from "node:path";
import { runWell } from "../support/lab/run.ts";
import { RELEASE } from "./root.ts";

export const SYSTEM = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };

/** The only file of the release whose name matches. */
export function releaseFile(pattern: RegExp): string {
  const found = readdirSync(RELEASE).filter((name) => pattern.test(name));
  const [name] = found;
  if (name === undefined || found.length > 1)
    throw new Error(`${pattern} matches ${found.join(", ") || "nothing"}`);
  return join(RELEASE, name);
}

/** Unpacks a target's archive below a prefix. */
export async function unpackArchive(target: string, prefix: string): Promise<void> {
  const archive = releaseFile(new RegExp(`^docker-credential-docr-[\\d.]+-${target}\\.tar\\.xz$`));
  await runWell("tar", ["-xJf", archive, "-C", prefix, "--strip-components=1"], {
    env: SYSTEM,
    timeoutSeconds: 120,
  });
}

/** A home and a runtime directory for docr's own files, and a store that needs no keychain. */
export const HOME_ENV = { HOME: "/root", DOCR_STORE: "file" };

/** What scripts/smoke.ts does. */
export const SMOKE_STEPS = [
  "version",
  "get, cold",
  "get, cached",
  "store",
  "get, another registry",
  "list",
  "erase",
  "logout",
];
