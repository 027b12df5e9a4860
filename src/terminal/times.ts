/** Formats milliseconds since the epoch: `2026-11-27 05:36 UTC`. */
export function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
