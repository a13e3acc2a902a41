/** Formats a number of things, such as `1 gene` or `1,234 genes`. */
export function formatCountOf(count: number, noun: string): string {
  return `${groupDigits(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Formats an integer with commas between thousands. */
export function formatCount(count: number): string {
  return groupDigits(count);
}

/** Commas between thousands. The first call of `toLocaleString` takes 10 ms, most of what small commands do. */
function groupDigits(count: number): string {
  return Number.isSafeInteger(count)
    ? String(count).replace(/\B(?=(?:\d{3})+$)/g, ",")
    : count.toLocaleString("en-US");
}
