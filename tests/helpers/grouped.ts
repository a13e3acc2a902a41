/** Data sets whose cell types, or genes, are in random groups. */

import fc from "fast-check";
import { Dataset } from "../../src/data/dataset.ts";
import { geneGroupIndices } from "../../src/data/sample_groups.ts";
import type { SampleColumns } from "../../src/io/columns.ts";
import { tableColumns } from "./samples.ts";
import { packedSignal } from "./packed.ts";

/** Samples in a random order, some of them missing, of cell types and genes in random groups. */
export const groupedData: fc.Arbitrary<Dataset> = fc.record({
  cellTypes: fc.array(fc.nat({ max: 7 }), { minLength: 8, maxLength: 14 }),
  genes: fc.array(fc.nat({ max: 9 }), { minLength: 10, maxLength: 18 }),
  rows: fc.infiniteStream(fc.nat()),
}).map(({ cellTypes, genes, rows }) => {
  const columns = tableColumns(cellTypes.length, genes.length);
  const order = Array.from(columns.geneIndex.keys(), (row) => [rows.next().value!, row] as const);
  const kept = order.filter(([key]) => key % 5 > 0).sort(([a], [b]) => a - b);
  return new Dataset({
    ...columns,
    cellTypeGroups: cellTypes.map((group) => `group ${group}`),
    geneDetails: genes.map((gene) => ({ gene: `gene ${gene}` })),
  }, Uint32Array.from(kept, ([, row]) => row));
});

/** The groups of cell types of some samples. */
export function groupsIn(data: Dataset): Set<string> {
  return new Set(Array.from({ length: data.length }, (_, position) => data.groupOf(position)));
}

/** The genes, as groups of transcripts, of some samples. */
export function geneGroupsIn(data: Dataset): Set<number> {
  return new Set(geneGroupIndices(data));
}

/** Each sample's gene and group of cell types. */
export function pairsIn(data: Dataset): Set<string> {
  const genes = geneGroupIndices(data);
  return new Set(Array.from(genes, (gene, position) => `${gene} ${data.groupOf(position)}`));
}

/** The same data with two equal replicates of each cell type, `E003.1` and `E003.2` of `E003`. */
export function duplicateCellTypes(columns: SampleColumns): SampleColumns {
  const { cellTypes, cellTypeIndex, geneIndex, labels } = columns;
  const twice = (values: ArrayLike<number>) => [...Array.from(values), ...Array.from(values)];
  return {
    ...columns,
    signal: Float64Array.from(twice(packedSignal(columns))),
    labels: labels && Float64Array.from(twice(labels)),
    cellTypes: [1, 2].flatMap((replicate) => cellTypes.map((name) => `${name}.${replicate}`)),
    cellTypeGroups: [...cellTypes, ...cellTypes],
    cellTypeIndex: Uint32Array.from(
      twice(cellTypeIndex),
      (cellType, row) => row < cellTypeIndex.length ? cellType : cellType + cellTypes.length,
    ),
    geneIndex: Uint32Array.from(twice(geneIndex)),
  };
}
