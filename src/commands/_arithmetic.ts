/** Warnings about a table whose results were computed on processors or GPUs that round differently. */

/** Warns if some results were computed with more than one kind of arithmetic. */
export function warnOfMixture(arithmetic: readonly string[], what: string): void {
  const kinds = [...new Set(arithmetic)];
  if (kinds.length < 2) return;
  console.warn(
    `warning: ${what} were computed with ${kinds.length} kinds of arithmetic (${
      kinds.join("; ")
    }): small ` +
      "differences between them may come from that alone",
  );
}
