/** The header that some programs put above DeepChrome's rows. */

const GENES = ["gene", "geneid", "id", "ensembl", "ensemblid", "ensemblgeneid"];
const BINS = ["bin", "binid", "binindex", "binnumber"];
const LABELS = ["label", "class", "expression", "y", "target"];

/**
 * Finds the place of each column among gene, bin, marks and label, by its title.
 *
 * @returns The places, or `undefined` unless the titles name each of these once: then they are no header, or not one that is
 * certain.
 */
export function columnOrder(
  titles: readonly string[],
  marks: readonly string[],
): number[] | undefined {
  const wanted = [GENES, BINS, ...marks.map((mark) => [plain(mark)]), LABELS];
  const order = titles.map((title) => wanted.findIndex((names) => names.includes(plain(title))));
  const isWhole = !order.includes(-1) && new Set(order).size === wanted.length;
  return isWhole ? order : undefined;
}

/** Case, blanks, hyphens and underscores in titles do not matter. */
function plain(title: string): string {
  return title.toLowerCase().replace(/[\s._-]/g, "");
}
