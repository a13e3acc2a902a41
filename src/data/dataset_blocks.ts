/** Data sets in the form that the writers of files take. */

import { groupBy } from "../base/group_by.ts";
import type { GeneDetails } from "../gene_id.ts";
import type { SequencesByGene, StreamedBlock } from "../io/competition_writer.ts";
import type { DataRecord } from "../record.ts";
import type { Dataset } from "./dataset.ts";

/** Samples whose signal is made together. */
const SAMPLES_TOGETHER = 256;

/** What files say about samples besides their numbers. */
export interface DatasetDescription {
  readonly record: DataRecord;
  readonly geneDetails?: ReadonlyMap<string, GeneDetails> | undefined;
  readonly cellTypeGroups?: ReadonlyMap<string, string> | undefined;
  readonly missingMarks?: ReadonlyMap<string, readonly string[]> | undefined;
  readonly sequences?: SequencesByGene | undefined;
}

/** Describes the samples of a view, for `writeCompetition` and `writeAnndata`. */
export function describeDataset(data: Dataset): DatasetDescription {
  const { cellTypes, cellTypeGroups, genes, geneDetails, sequences } = data.columns;
  const present = new Set(data.cellTypeIndices());
  const groups = cellTypes.flatMap((name, i): [string, string][] =>
    cellTypeGroups === undefined || !present.has(i) ? [] : [[name, cellTypeGroups[i]!]]
  );
  const { missingMarks } = data;
  return {
    record: data.record,
    ...(geneDetails && { geneDetails: new Map(genes.map((id, i) => [id, geneDetails[i]!])) }),
    ...(groups.length > 0 && { cellTypeGroups: new Map(groups) }),
    ...(missingMarks.size > 0 && { missingMarks }),
    ...(sequences && { sequences: { genes, sequences } }),
  };
}

/**
 * The cell types of a view, in the order of the data, with their samples in the order of the view. The signal is that
 * which the record describes or, if they are asked for, the counts.
 */
export function* datasetBlocks(
  data: Dataset,
  { asCounts = false }: { readonly asCounts?: boolean } = {},
): Generator<StreamedBlock> {
  const labels = data.hasLabels ? data.labels() : undefined;
  const cellTypeOfRow = data.cellTypeIndices();
  const positions = groupBy(cellTypeOfRow.keys(), (row) => cellTypeOfRow[row]!);
  const size = data.bins * data.marks.length;
  for (const [cellType, name] of data.columns.cellTypes.entries()) {
    const own = positions.get(cellType);
    if (own === undefined) continue;
    yield {
      cellType: name,
      genes: own.map((position) => data.geneOf(position)),
      signalLength: own.length * size,
      signalParts: signalParts(data, own, asCounts),
      ...(labels && { labels: own.map((position) => labels[position]!) }),
    };
  }
}

async function* signalParts(
  data: Dataset,
  positions: readonly number[],
  asCounts: boolean,
): AsyncGenerator<Float64Array> {
  const size = data.bins * data.marks.length;
  for (let start = 0; start < positions.length; start += SAMPLES_TOGETHER) {
    const own = positions.slice(start, start + SAMPLES_TOGETHER);
    const signal = new Float64Array(own.length * size);
    for (const [place, position] of own.entries()) {
      const values = asCounts ? data.countsOf(position) : data.signalOf(position);
      signal.set(values, place * size);
    }
    yield await Promise.resolve(signal);
  }
}
