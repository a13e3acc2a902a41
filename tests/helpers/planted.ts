import type { SampleColumns } from "../../src/io/columns.ts";
import { RandomStream } from "../../src/random.ts";
import { packedSignal } from "./packed.ts";

/** Random numbers in `[0, 1)` that are the same in every run. */
export function seededRandom(seed = 1): () => number {
  const stream = new RandomStream([seed, 7]);
  return () => stream.uniform();
}

/** Data whose rows are cell-major, as the simulation's and the competition's are, with other labels. */
export function plantLabels(
  columns: SampleColumns,
  change: (labels: Float64Array, cellType: number) => ArrayLike<number>,
): SampleColumns {
  const labels = Float64Array.from(columns.labels!);
  for (const cellType of columns.cellTypes.keys()) {
    const own = labelsOf(columns, cellType);
    labels.set(Array.from(change(own, cellType)), cellType * own.length);
  }
  return { ...columns, labels };
}

/** The labels of one cell type in data of that kind, `[gene]`. */
export function labelsOf(columns: SampleColumns, cellType: number): Float64Array {
  const genes = columns.genes.length;
  return columns.labels!.slice(cellType * genes, (cellType + 1) * genes) as Float64Array;
}

/** The place of a value of one mark. */
export interface PlantedPlace {
  readonly gene: number;
  readonly bin: number;
}

/** Data of that kind with other values of one mark in one cell type. */
export function plantMark(
  columns: SampleColumns,
  [mark, cellType]: readonly [mark: string, cellType: number],
  change: (value: number, place: PlantedPlace) => number,
): SampleColumns {
  const { bins, genes, record: { marks } } = columns;
  const signal = Float64Array.from(packedSignal(columns));
  for (let gene = 0; gene < genes.length; gene++) {
    for (let bin = 0; bin < bins; bin++) {
      const at = ((cellType * genes.length + gene) * bins + bin) * marks.length +
        marks.indexOf(mark);
      signal[at] = change(signal[at]!, { gene, bin });
    }
  }
  return { ...columns, signal };
}

/** One value of data of that kind. */
export function valueOf(
  columns: SampleColumns,
  [mark, cellType]: readonly [mark: string, cellType: number],
  { gene, bin }: PlantedPlace,
): number {
  const { bins, genes, record: { marks } } = columns;
  const signal = packedSignal(columns);
  const row = cellType * genes.length + gene;
  return Number(signal[(row * bins + bin) * marks.length + marks.indexOf(mark)]);
}

/** Data of that kind in which the first two cell types have exchanged the files of one mark. */
export function exchangeMark(columns: SampleColumns, mark: string): SampleColumns {
  const first = plantMark(columns, [mark, 0], (_, at) => valueOf(columns, [mark, 1], at));
  return plantMark(first, [mark, 1], (_, at) => valueOf(columns, [mark, 0], at));
}

/** Data of that kind whose second cell type is a replicate of the first, with a share of its reads. */
export function plantReplicate(columns: SampleColumns, share = 0.7): SampleColumns {
  const random = seededRandom();
  const thin = (reads: number) => {
    let kept = 0;
    for (let read = 0; read < Math.ceil(reads); read++) if (random() < share) kept++;
    return kept;
  };
  const marks = columns.record.marks.reduce(
    (data, mark) => plantMark(data, [mark, 1], (_, at) => thin(valueOf(columns, [mark, 0], at))),
    columns,
  );
  return plantLabels(
    marks,
    (labels, cellType) =>
      cellType === 1 ? labelsOf(columns, 0).map((label) => label + 0.1 * (random() - 0.5)) : labels,
  );
}

/** Values in a random order. */
export function shuffled(values: ArrayLike<number>, seed = 1): number[] {
  const random = seededRandom(seed);
  const keys = Array.from(values, (value) => ({ value, key: random() }));
  return keys.toSorted((a, b) => a.key - b.key).map(({ value }) => value);
}
