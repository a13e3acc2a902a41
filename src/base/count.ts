/** Formats a number of things, such as `1 gene` or `1,234 genes`. */
export function formatCountOf(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}
