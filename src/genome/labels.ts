/**
 * Genes and measured expression brought together.
 *
 * @module
 */

import { formatCountOf } from "../_count.ts";
import { ContractError } from "../errors.ts";
import type { ExpressionTable } from "./expression_table.ts";
import { listSome } from "./_wording.ts";
import type { Gene } from "./gene.ts";

/** What {@linkcode matchExpression} needs besides genes and table. */
export interface MatchExpressionOptions {
  /** The cell types whose expression is wanted. */
  readonly cellTypes: readonly string[];
  /** Name of the table's file, for messages. */
  readonly file: string;
}

/** The genes that have expression, and it. */
export interface LabelledGenes {
  /** The genes that the table has, in their order. */
  readonly genes: readonly Gene[];
  /** For each cell type the expression of those genes, `[gene]`. */
  readonly labels: ReadonlyMap<string, Float64Array<ArrayBuffer>>;
  /** One if genes had to be left out: how many, and the first with its line. */
  readonly warnings: readonly string[];
}

/**
 * Takes the expression of genes from a table. Genes that it lacks are left out of the data, in all cell types
 * alike, and counted in a warning: annotations hold many more genes than tables do.
 *
 * @param genes Genes of an annotation.
 * @param table Expression of genes in cell types.
 * @throws {ContractError} If the table lacks a cell type, or has none of the genes.
 *
 * @example
 * ```ts
 * import { matchExpression, readExpressionTable } from "@waka/histone/genome";
 * import { bytesSource } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const text = new TextEncoder().encode("gene_id\tliver\nENSG00000000003\t7\n");
 * const table = await readExpressionTable(bytesSource(text));
 * const genes = ["ENSG00000000003.15", "ENSG00000000005.6"].map((id, i) => (
 *   { id, chromosome: "chrX", tss: 1000 * i, strand: "+", line: i + 1 } as const
 * ));
 * const matched = matchExpression(genes, table, { cellTypes: ["liver"], file: "rpkm.tsv" });
 * deepStrictEqual(matched.genes, [genes[0]]);
 * deepStrictEqual([...matched.labels.get("liver")!], [7]);
 * ```
 */
export function matchExpression(
  genes: readonly Gene[],
  table: ExpressionTable,
  options: MatchExpressionOptions,
): LabelledGenes {
  const { cellTypes, file } = options;
  const columns = cellTypes.map((cellType) => {
    const column = table.cellTypes.indexOf(cellType);
    if (column >= 0) return column;
    throw new ContractError(
      `Cannot take expression from ${file}: it has no cell type "${cellType}" of the sample sheet; ` +
        `it has ${listSome(table.cellTypes)}`,
    );
  });
  const found = genes.map((gene) => ({ gene, row: table.findGene(gene.id) }));
  const kept = found.filter(({ row }) => row !== undefined);
  const missing = found.filter(({ row }) => row === undefined).map(({ gene }) => gene);
  if (kept.length === 0) {
    throw new ContractError(
      `Cannot take expression from ${file}: it has none of the genes, such as ` +
        `${describe(genes[0])}; it has ${listSome(table.genes)}`,
    );
  }
  const width = table.cellTypes.length;
  const labels = new Map(cellTypes.map((cellType, i) => [
    cellType,
    Float64Array.from(kept, ({ row }) => table.values[row! * width + columns[i]]),
  ]));
  const warnings = missing.length === 0 ? [] : [
    `${file} lacks ${missing.length} of ${genes.length} genes, such as ${describe(missing[0])}: ` +
    `they are left out, which leaves ${formatCountOf(kept.length, "gene")}`,
  ];
  return { genes: kept.map(({ gene }) => gene), labels, warnings };
}

function describe({ id, line }: Gene): string {
  return `"${id}" (line ${line} of the genes)`;
}
