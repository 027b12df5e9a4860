import { appendFileSync, copyFileSync, cpSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { explainNoMounts } from "../../test/support/lab/mounts.ts";
import { hashOf, type Pki } from "../../test/support/lab/pki.ts";

const SYSTEM = "/etc/ssl/certs";
const BUNDLE = "ca-certificates.crt";

/** The system's certificate authorities and the scene's own. */
export interface Authorities {
  /** All of them in one file. */
  readonly bundle: string;
  /** A shell command that shows them as the system's. Undefined if this process may not mount. */
  readonly mount: string | undefined;
}

/** Undefined if this system has no authorities in /etc/ssl/certs. */
export async function addToSystem(folder: string, pki: Pki): Promise<Authorities | undefined> {
  if (!existsSync(join(SYSTEM, BUNDLE))) return undefined;
  cpSync(SYSTEM, folder, { recursive: true, verbatimSymlinks: true });
  const bundle = join(folder, BUNDLE);
  appendFileSync(bundle, readFileSync(pki.ca));
  copyFileSync(pki.ca, join(folder, `${await hashOf(pki)}.0`));
  const mount = explainNoMounts() === undefined ? `mount --bind '${folder}' ${SYSTEM}` : undefined;
  return { bundle, mount };
}
