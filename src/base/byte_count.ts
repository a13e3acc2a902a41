const UNITS = ["kB", "MB", "GB", "TB"];

/** Formats a number of bytes with three significant digits: `512 bytes`, `3.48 MB`, `71.2 GB`. A kB has 1000 bytes. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
  let value = bytes;
  let unit = -1;
  // What would be rounded to 1000 belongs to the next unit.
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value >= 1000 ? Math.round(value) : value.toPrecision(3)} ${UNITS[unit]}`;
}
