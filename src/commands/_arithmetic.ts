/** Results that are set side by side, and how the processors and GPUs rounded that computed them. */

/** Says so, in a line, if some results were computed with more than one kind of arithmetic. */
export function warnOfMixture(arithmetic: readonly string[], what: string): void {
  const kinds = [...new Set(arithmetic)];
  if (kinds.length < 2) return;
  console.warn(
    `warning: ${what} were computed with ${kinds.length} kinds of arithmetic (${
      kinds.join("; ")
    }): small ` +
      "differences between them may come of that alone",
  );
}
