/** Quotes a cell of a table between commas where it must be quoted, as RFC 4180 has it. */
export function quoteCsv(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
