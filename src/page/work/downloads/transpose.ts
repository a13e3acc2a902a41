/** Turns `[mark][bin]` into `[bin, mark]`, row by row. */
export function transpose(rows: readonly (readonly number[])[]): Float32Array<ArrayBuffer> {
  const bins = rows[0]?.length ?? 0;
  const turned = new Float32Array(bins * rows.length);
  for (const [mark, row] of rows.entries()) {
    for (const [bin, value] of row.entries()) turned[bin * rows.length + mark] = value;
  }
  return turned;
}
