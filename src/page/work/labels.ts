/** The labels of the page's samples: expression from the files that were given. */

import { ContractError } from "../../errors.ts";
import {
  type ExpressionTable,
  type LabelledGenes,
  matchExpression,
  readExpressionTable,
  type SampleSheet,
} from "../../genome/mod.ts";
import type { CountSettings } from "../protocol.ts";
import type { ChosenGenes } from "./chosen_genes.ts";
import type { InputFile } from "./input_list.ts";

/** What labels are made from. */
export interface LabelSource {
  readonly files: readonly InputFile[];
  readonly genes: ChosenGenes;
  readonly sheet: Pick<SampleSheet, "cellTypes" | "cellTypeGroups">;
  readonly transform: CountSettings["expressionTransform"];
  readonly onWarning: (text: string) => void;
}

/**
 * Joins expression with genes.
 *
 * @returns The genes that have a label somewhere, with their labels; `undefined` if no expression was given.
 * @throws {ContractError} If there are several files, and one does not say which cell type it is of.
 * @throws As `readExpressionTable` and `matchExpression` do.
 */
export async function readLabels(source: LabelSource): Promise<LabelledGenes | undefined> {
  const { files, genes, sheet, transform = "none" } = source;
  if (files.length === 0) return undefined;
  return await matchExpression(genes.genes, readTables(source), {
    cellTypes: sheet.cellTypes,
    transform,
    transcripts: genes.transcripts,
  });
}

/** One table of all cell types, or a file for each. */
async function* readTables(
  { files, sheet, onWarning }: LabelSource,
): AsyncGenerator<ExpressionTable, void, undefined> {
  const { cellTypes, cellTypeGroups } = sheet;
  const groupOf = (name: string) => cellTypeGroups?.get(name) ?? name;
  for (const { file, cellType } of files) {
    const isOfOneCellType = files.length > 1;
    if (isOfOneCellType && cellType === undefined) {
      throw new ContractError(
        `Cannot take expression from ${file.name}: there are several files, and it does not say which cell type it is ` +
          "of, expected that you say so, or a single table of all cell types",
      );
    }
    const own = isOfOneCellType
      ? cellTypes.filter((name) => groupOf(name) === cellType)
      : cellTypes;
    if (own.length === 0) continue;
    const others = cellTypes.filter((name) => !own.includes(name));
    const opened = await file.open();
    try {
      yield await readExpressionTable(opened, {
        cellTypes: own,
        cellTypeGroups,
        isOfOneCellType,
        otherCellTypes: others.flatMap((name) => [name, groupOf(name)]),
        onWarning,
      });
    } finally {
      opened.close();
    }
  }
}
