/** Formats a number of things, such as `1 gene` or `1,234 genes`. */
export function formatCountOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Formats a number with commas between thousands. */
export function formatCount(count: number): string {
  // The first call of `toLocaleString` takes 10 ms, most of what small commands do.
  return Number.isSafeInteger(count)
    ? String(count).replace(/\B(?=(?:\d{3})+$)/g, ",")
    : count.toLocaleString("en-US");
}
