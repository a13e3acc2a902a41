/** Messages about genes and values without expression. */

import { formatCount, formatCountOf } from "../../base/count.ts";
import type { Gene } from "../gene.ts";
import type { Replicates } from "./_replicates.ts";

interface LabelPlace {
  readonly genes: readonly Gene[];
  readonly cellTypes: readonly string[];
  /** The files, for messages. */
  readonly file: string;
}

/** Says how many genes are in none of the files. */
export function describeUnlabelled(
  replicates: readonly Replicates[],
  { genes, file, kept, files }: LabelPlace & { readonly kept: number; readonly files: number },
): string[] {
  const lacking = genes.filter((_, gene) => !replicates.some((files) => files.has(gene)));
  const [example] = lacking;
  if (example === undefined) return [];
  const { id, line } = example;
  return [
    `${file} ${files > 1 ? "lack" : "lacks"} ${formatCount(lacking.length)} of ${
      formatCount(genes.length)
    } genes, such as "${id}" ` +
    `(line ${line} of the genes): they are left out, which leaves ${formatCountOf(kept, "gene")}`,
  ];
}

/** Says how many values are left out because only some replicates have them. */
export function describePartial(
  replicates: readonly Replicates[],
  { genes, cellTypes, file, kept }: LabelPlace & { readonly kept: readonly number[] },
): string[] {
  const count = replicates.reduce(
    (sum, files) => sum + countPlaces(genes.length, (gene) => files.isPartial(gene)),
    0,
  );
  const cellType = replicates.findIndex(({ example }) => example !== undefined);
  const example = replicates[cellType]?.example;
  if (count === 0 || example === undefined) return [];
  const { gene, has, lacks } = example;
  const found = countPlaces(genes.length, (gene) => replicates.some((files) => files.has(gene)));
  const lost = found - kept.length;
  return [
    `${file}: ${formatCountOf(count, "value")} of some replicates only, such as that of ` +
    `"${genes[gene]!.id}" in "${cellTypes[cellType]}", which ${has} has and ${lacks} lacks: ` +
    "the genes are left out of those cell types" +
    (lost === 0 ? "" : `, and so altogether ${formatCountOf(lost, "gene")}`),
  ];
}

interface MissingPlace extends LabelPlace {
  readonly replicates: readonly Replicates[];
  /** Indices of the genes with expression. */
  readonly kept: readonly number[];
}

/** Says how many values are missing in all replicates of a cell type, of genes with values in other cell types. */
export function describeMissing(
  columns: readonly Float64Array[],
  { genes, cellTypes, file, replicates, kept }: MissingPlace,
): string[] {
  const missing = columns.map((values, i) =>
    kept.filter((gene) => Number.isNaN(values[gene]) && !replicates[i]?.isPartial(gene))
  );
  const count = missing.reduce((sum, { length }) => sum + length, 0);
  const cellType = missing.findIndex(({ length }) => length > 0);
  const example = missing[cellType]?.[0];
  if (example === undefined) return [];
  return [
    `${file}: ${formatCountOf(count, "value")} missing, such as that of "${
      genes[example]!.id
    }" in ` +
    `"${cellTypes[cellType]}": the genes are left out of those cell types`,
  ];
}

function countPlaces(genes: number, counts: (gene: number) => boolean): number {
  let count = 0;
  for (let gene = 0; gene < genes; gene++) if (counts(gene)) count++;
  return count;
}
