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

/**
 * Parses a number of bytes, such as `4GB`, `500 MB`, `1.5 GiB` or `1048576`. A kB has 1000 bytes, a KiB 1024.
 *
 * @returns The bytes, rounded; `undefined` if the text says anything else, or less than one byte.
 */
export function parseBytes(text: string): number | undefined {
  const [, number = "", unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const power = ["b", "k", "m", "g", "t"].indexOf(unit.toLowerCase().charAt(0) || "b");
  const base = /^[kmgt]b$/i.test(unit) ? 1000 : /^[kmgt]ib$/i.test(unit) ? 1024 : 0;
  if (number === "" || power < 0 || base === 0 && !/^b?$/i.test(unit)) return undefined;
  const bytes = Math.round(Number(number) * base ** power);
  return Number.isSafeInteger(bytes) && bytes >= 1 ? bytes : undefined;
}
