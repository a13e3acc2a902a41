/** Columns of tests for differential expression, as DESeq2, edgeR, limma, Cuffdiff and Seurat write them. */

import { showName } from "../wording.ts";

const FOLD_CHANGE =
  /^(?:.*[._ ])?(?:log2?[_. ]?\(?fold[_. ]?change\)?|fold[_. ]?change|log2?_?fc)$/i;
const PROBABILITY =
  /^(?:.*[._ ])?(?:[pq][_.-]?val(?:ue)?|p[_.]?val[_.]adj|p[_.]?adj|adj[._]?p[._]?val(?:ue)?|fdr)$/i;
const STATISTIC =
  /^(?:base_?mean|lfcse|logcpm|aveexpr|(?:test_?)?stat|lr|[fbtz]|pct\.[12]|svalue|significant|sample_[12]|status|value_[12]|test_id)$/i;

/** Finds the titles that show that a table has differences between samples: a fold change and its probability. */
export function findDifferences(titles: readonly string[]): string[] {
  const found = [FOLD_CHANGE, PROBABILITY].map((pattern) =>
    titles.find((title) => pattern.test(title))
  );
  return found.every((title) => title !== undefined) ? found : [];
}

/** Says what is wrong with a table that has such titles. */
export function describeDifferences(titles: readonly string[]): string {
  return `it has differences between samples (${
    titles.map(showName).join(", ")
  }), not expression: ` +
    "expected a column of values for each sample";
}

/** Whether a column of such a table belongs to the test rather than to a sample. */
export function isOfDifferences(title: string): boolean {
  return [FOLD_CHANGE, PROBABILITY, STATISTIC].some((pattern) => pattern.test(title));
}
