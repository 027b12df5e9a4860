const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

/** Formats a size in units of 1000, as docker and DigitalOcean do: `29.4 MB`. */
export function formatBytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  if (count === 1) return "1 byte";
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}
