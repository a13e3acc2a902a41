import { formatCountOf } from "../base/count.ts";
import type { Dataset } from "../data/dataset.ts";
import { knowsLabel } from "./describe_panel.ts";
import type { ReferencePanel } from "./panel.ts";
import { placeGenes } from "./place_genes.ts";

/** What a panel knows of the genes of some samples. */
export interface PanelReading {
  /** Reference cell types of the panel. */
  readonly cellTypes: number;
  /**
   * Further cell types over which it has label statistics.
   *
   * @default {0}
   */
  readonly statisticCellTypes?: number | undefined;
  /** Genes of the samples. */
  readonly genes: number;
  /** Those of which the panel has no label: new genes. */
  readonly newGenes: number;
  /** Those new genes of which it has marks. */
  readonly newGenesWithMarks: number;
  /** Whether it has marks of any gene. */
  readonly hasMarks: boolean;
}

/**
 * Counts what a panel knows of the genes of some samples. A result on new genes means one thing where their marks in the
 * reference cell types were known, and another where they were not, so every table says which it was.
 *
 * @param panel The panel.
 * @param data The samples.
 * @returns Numbers of genes.
 *
 * @example New genes, before and after their marks were added
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { buildPanel, countKnown, describeReading, extendPanel } from "@waka/histone/panel";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { deepStrictEqual, strictEqual } from "node:assert";
 *
 * const { train, eval: test } = simulateColumns({ cellTypes: 2, genes: 8, newGenes: 3 });
 * const [data, others] = [new Dataset(train), new Dataset(test)];
 * const panel = await buildPanel(data);
 * strictEqual(countKnown(panel, others).newGenesWithMarks, 0);
 * const reading = countKnown(await extendPanel(panel, [others]), others);
 * strictEqual(describeReading(reading), "marks of 3 new genes in 2 reference cell types were in the panel");
 * ```
 */
export function countKnown(panel: ReferencePanel, data: Dataset): PanelReading {
  const { genes, cellTypes: { length: cellTypes }, present, statistics } = panel;
  const places = placeGenes(genes, data.columns.genes);
  const asked = [...new Set(data.geneIndices())].map((gene) => places[gene]!);
  const fresh = asked.filter((place) => place < 0 || !knowsLabel(panel, place));
  const withMarks = fresh.filter((place) =>
    place >= 0 && present.subarray(place * cellTypes, (place + 1) * cellTypes).includes(1)
  );
  return {
    cellTypes,
    ...(statistics && { statisticCellTypes: statistics.cellTypes.length }),
    genes: asked.length,
    newGenes: fresh.length,
    newGenesWithMarks: withMarks.length,
    hasMarks: present.includes(1),
  };
}

/**
 * Says in words what a panel knew.
 *
 * @param reading What {@linkcode countKnown} returned.
 * @returns Such as `marks of 1,447 new genes in 4 reference cell types were in the panel`.
 *
 * @example No new genes
 * ```ts
 * import { describeReading } from "@waka/histone/panel";
 * import { strictEqual } from "node:assert";
 *
 * const reading = { cellTypes: 4, genes: 9, newGenes: 0, newGenesWithMarks: 0, hasMarks: true };
 * strictEqual(describeReading(reading), "marks and labels of all 9 genes in 4 reference cell types were in the panel");
 * ```
 */
export function describeReading(
  { cellTypes, statisticCellTypes = 0, genes, newGenes, newGenesWithMarks, hasMarks }: PanelReading,
): string {
  if (cellTypes === 0) {
    const known = formatCountOf(genes - newGenes, "gene");
    const over = formatCountOf(statisticCellTypes, "cell type");
    const fresh = `; ${formatCountOf(newGenes, "gene")} ${newGenes === 1 ? "was" : "were"} new`;
    return `label statistics of ${known} over ${over} were in the panel, and no marks${
      newGenes === 0 ? "" : fresh
    }`;
  }
  const where = `in ${formatCountOf(cellTypes, "reference cell type")}`;
  const what = hasMarks ? "marks and labels" : "labels, but no marks,";
  if (newGenes === 0) {
    return `${what} of all ${formatCountOf(genes, "gene")} ${where} were in the panel`;
  }
  const fresh = formatCountOf(newGenes, "new gene");
  if (newGenesWithMarks === 0) return `marks of ${fresh} ${where} were not in the panel`;
  const some = newGenesWithMarks < newGenes
    ? `${newGenesWithMarks.toLocaleString("en-US")} of ${fresh}`
    : fresh;
  return `marks of ${some} ${where} were in the panel`;
}
