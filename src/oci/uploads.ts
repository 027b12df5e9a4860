import { denied } from "./registry-failures.ts";
import type { OciResponse } from "./redirects.ts";
import type { Session } from "./session.ts";

const MAX_BYTES = 64 * 1024;

/**
 * Starts an upload to the repository, which needs the permission to push, and cancels it. Returns the response to the start.
 * Throws `registry-denied` for a registry that accepts no pushes.
 */
export async function tryUpload(session: Session, repository: string, host: string): Promise<OciResponse> {
  const path = `${repository}/blobs/uploads/`;
  const started = await session.request({ method: "POST", path, maxBytes: MAX_BYTES });
  // A mirror, for example, accepts no pushes.
  if (started.status === 405) throw denied(host, 405);
  const { location } = started.headers;
  if (started.status === 202 && typeof location === "string")
    await cancelUpload(session, location, started.url);
  return started;
}

/** Best effort: registries delete unfinished uploads after some time. */
async function cancelUpload(session: Session, location: string, from: URL): Promise<void> {
  if (!URL.canParse(location, from)) return;
  const path = new URL(location, from);
  await session.request({ method: "DELETE", path, maxBytes: MAX_BYTES }).catch(() => undefined);
}
