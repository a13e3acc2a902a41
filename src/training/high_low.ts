import { groupBy } from "../base/group_by.ts";
import { Dataset } from "../data/dataset.ts";
import { ContractError } from "../errors.ts";
import { median } from "../metrics/quantile.ts";

/**
 * Turns expression into classes as DeepChrome does (Singh et al. 2016, Bioinformatics 32:i639): 1 for a gene above
 * the median of its cell type, 0 for one at or below it. The medians are those of the training samples. A cell type
 * without training samples takes the median of its own test samples, so its classes too are halves.
 *
 * Labels that are all 0 or 1 are classes already and stay as they are.
 *
 * @param data Labelled training samples, and labelled samples to measure the model on.
 * @returns The same samples with labels 0 and 1; the signal is shared, not copied.
 * @throws {ContractError} If either has no labels, or only the training labels are classes.
 *
 * @example Half of the genes are high
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { labelHighLow } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * const size = { cellTypes: 1, genes: 8, newCellTypes: 1, newGenes: 2, bins: 4 };
 * const { train, eval: test } = simulateColumns(size);
 * const classes = labelHighLow({ train: new Dataset(train), test: new Dataset(test) });
 * strictEqual(classes.train.labels().reduce((sum, label) => sum + label), 4);
 * ```
 */
export function labelHighLow(
  data: { readonly train: Dataset; readonly test: Dataset },
): { train: Dataset; test: Dataset } {
  const { train, test } = data;
  if (isBinary(train)) {
    if (isBinary(test)) return { train, test };
    throw new ContractError(
      "Cannot tell classes: the training labels are 0 and 1 already, those of the test data are not",
    );
  }
  const medians = new Map([...cellTypeMedians(test), ...cellTypeMedians(train)]);
  return { train: classify(train, medians), test: classify(test, medians) };
}

function isBinary(data: Dataset): boolean {
  return data.labels().every((label) => label === 0 || label === 1);
}

function cellTypeMedians(data: Dataset): Map<string, number> {
  const labels = data.labels();
  const positions = Array.from(labels.keys());
  const byCellType = groupBy(positions, (position) => data.cellTypeOf(position));
  return new Map(
    [...byCellType].map(([name, own]) => [name, median(own.map((position) => labels[position]!))]),
  );
}

function classify(data: Dataset, medians: ReadonlyMap<string, number>): Dataset {
  const { columns, rows } = data;
  const classes = new Float64Array(columns.geneIndex.length);
  data.labels().forEach((label, position) => {
    classes[rows[position]!] = label > medians.get(data.cellTypeOf(position))! ? 1 : 0;
  });
  return new Dataset({ ...columns, labels: classes }, rows);
}
