import type { LivingCredential } from "../../credentials/inventory/inventory.ts";
import { elapsedMs, expiresAt, type Moment } from "../../core/lifetime.ts";
import { alignColumns } from "../../terminal/table.ts";
import { formatDuration } from "../../terminal/durations.ts";

const LABELS = {
  current: "in use",
  superseded: "superseded",
  issued: "issued",
  "not-cached": "not cached",
} as const satisfies Record<LivingCredential["use"], string>;

/** Returns a table, or "" if there are no credentials. */
export function describeLiveCredentials(
  credentials: readonly LivingCredential[],
  now: Moment,
  width: number | undefined,
): string {
  if (credentials.length === 0) return "";
  const rows = credentials.map((credential) => [
    credential.registry ?? "?",
    credential.access,
    ageOf(credential, now),
    endOf(credential, now),
    LABELS[credential.use],
  ]);
  return alignColumns([["REGISTRY", "ACCESS", "AGE", "EXPIRES IN", "STATE"], ...rows], width);
}

export function jsonOfLiveCredentials(credentials: readonly LivingCredential[]): readonly unknown[] {
  return credentials.map((credential) => ({
    registry: credential.registry ?? null,
    access: credential.access,
    mintedAt: new Date(credential.mintedAt.now).toISOString(),
    expiresAt: isoOrNever(expiresAt(credential)),
    tokenFrom: credential.origin,
    state: credential.use,
  }));
}

/** Returns `?` if the age is unknown, because the clock was set back. */
function ageOf({ mintedAt }: LivingCredential, now: Moment): string {
  const elapsed = elapsedMs(mintedAt, now);
  return elapsed === undefined ? "?" : formatDuration(elapsed);
}

function endOf({ mintedAt, lifetime }: LivingCredential, now: Moment): string {
  if (lifetime.kind === "unlimited") return "never";
  const elapsed = elapsedMs(mintedAt, now);
  return elapsed === undefined ? "?" : formatDuration(lifetime.ms - elapsed);
}

/** ISO 8601, or null for a credential that never expires. */
export function isoOrNever(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

/** `1 credential`, `2 credentials`. */
export function countCredentials(count: number): string {
  return `${count} credential${count === 1 ? "" : "s"}`;
}
