/**
 * Turns files of reads or signal into binned samples: every file is counted into the windows of the same genes.
 *
 * @module
 */

import { formatCountOf } from "../base/count.ts";
import { freeArray } from "../base/free.ts";
import { ContractError } from "../errors.ts";
import type { SampleColumns } from "../io/columns.ts";
import { faultOfCellType } from "../io/names.ts";
import type { CompetitionBlock } from "../io/competition_writer.ts";
import type { DataRecord } from "../record.ts";
import { collectColumns } from "./_collect_columns.ts";
import { countSample, type SampleCounts } from "./_count_sample.ts";
import { makeWarnOnce, type WarnOnce } from "./file_messages.ts";
import { mapInOrder } from "./_in_order.ts";
import { inspectInputs } from "./_inspect_inputs.ts";
import type { Gene } from "./gene.ts";
import type { PrepareOptions, SignalInput } from "./prepare_options.ts";
import { describeUselessBlacklist } from "./signal/blacklist.ts";
import { type CountOptions, USUAL_EXCLUDED_FLAGS } from "./signal/track.ts";
import { type GeneWindows, geneWindows } from "./windows.ts";

/** Files that were inspected and are ready to be counted. */
export interface Preparation {
  /** The record that describes the numbers. */
  readonly record: DataRecord;
  /** The genes, in the order of the data. */
  readonly genes: readonly Gene[];
  /** Cell types, in the order of the data. */
  readonly cellTypes: readonly string[];
  /** Number of bins. */
  readonly bins: number;
  /**
   * Counts the files, one cell type after another, into blocks that `writeCompetition` writes. Only one cell type is
   * in memory at a time. Plain counts of reads are integers; everything else is rounded to float32. Genes whose label
   * in a cell type is NaN are left out of that block.
   *
   * @throws {FormatError} If a file is damaged.
   * @throws {ContractError} If a file has a negative or infinite value, which a data set cannot hold, or lacks all of
   * the genes' chromosomes, or if reads per million are wanted from a file that does not say how many reads it has.
   */
  blocks(): AsyncGenerator<CompetitionBlock, void, undefined>;
  /**
   * Counts the files into memory.
   *
   * @throws {FormatError} As `blocks` does.
   * @throws {ContractError} As `blocks` does.
   */
  columns(): Promise<SampleColumns>;
}

/**
 * Inspects the files of all samples, so that a fault of the last file does not show up only after hours: their formats,
 * indexes, chromosomes and assembly. Counting starts when you call `blocks` or `columns` of the result. Only bigWig
 * files whose own summary shows negative, infinite or missing values are counted here, to find those values early.
 *
 * @param genes The genes, the same for all cell types, in the order of the data.
 * @param inputs The files, `[cellType, mark]` row-major: every cell type with the same marks in the same order.
 * @param options How to count.
 * @returns The record of the data, and functions that count the files.
 * @throws {RangeError} If an option is out of range.
 * @throws {FormatError} If a file is empty, damaged, cut short, or lacks its index.
 * @throws {ContractError} If cell types differ in their marks, the rule or an option does not suit a file's kind, files
 * differ in assembly from the genes or from each other, or a bigWig file has a negative, infinite or missing value in a
 * window.
 *
 * @example Two reads in the window of one gene
 * ```ts
 * import { bytesSource } from "@waka/histone/io";
 * import { openSignal, prepare } from "@waka/histone/genome";
 * import { deepStrictEqual } from "node:assert";
 *
 * const reads = new TextEncoder().encode("chr1\t95\t131\tN\t1000\t+\nchr1\t250\t286\tN\t1000\t-\n");
 * const genes = [{ id: "3", chromosome: "chr1", tss: 200, strand: "+", line: 1 }] as const;
 * const open = async () => (
 *   { track: await openSignal(bytesSource(reads, "a.tagAlign")), close: () => {} }
 * );
 * const inputs = [{ cellType: "liver", mark: "H3K4me3", name: "a.tagAlign", open }];
 * const preparation = await prepare(genes, inputs, { rule: "reads", halfWidthBp: 200 });
 * deepStrictEqual([...(await preparation.columns()).signal], [1, 1, 1, 0]);
 * ```
 */
export async function prepare(
  genes: readonly Gene[],
  inputs: readonly SignalInput[],
  options: PrepareOptions,
): Promise<Preparation> {
  if (genes.length === 0) throw new ContractError("Cannot prepare data: there are no genes");
  const windows = geneWindows(genes, options);
  const { cellTypes, marks } = checkTable(inputs);
  checkLabels(cellTypes, genes, options);
  const warnOnce = makeWarnOnce(options.onWarning);
  const useless = options.blacklist && describeUselessBlacklist(options.blacklist, windows);
  if (useless !== undefined) options.onWarning?.(useless);
  const { assembly, chromosomes } = await inspectInputs(genes, inputs, {
    ...options,
    windows,
    warnOnce,
  });
  const { labels } = options;
  const record = makeRecord({ ...options, assembly }, windows, marks);
  const blocks = () =>
    countBlocks(genes, inputs, {
      ...options,
      warnOnce,
      windows,
      chromosomes,
      assembly,
    });
  return {
    record,
    genes,
    cellTypes,
    bins: windows.bins,
    blocks,
    columns: () =>
      collectColumns(blocks(), { record, genes, cellTypes, bins: windows.bins, labels }),
  };
}

/** Throws unless all cell types have the same marks in the same order. */
function checkTable(
  inputs: readonly SignalInput[],
): { readonly cellTypes: string[]; readonly marks: string[] } {
  const cellTypes = [...new Set(inputs.map(({ cellType }) => cellType))];
  const marks = [...new Set(inputs.map(({ mark }) => mark))];
  const isTable = inputs.length === cellTypes.length * marks.length &&
    inputs.every(({ cellType, mark }, i) =>
      cellType === cellTypes[Math.floor(i / marks.length)] && mark === marks[i % marks.length]
    );
  for (const cellType of cellTypes) {
    const fault = faultOfCellType(cellType);
    if (fault !== undefined) throw new ContractError(`Cannot prepare cell type: ${fault}`);
  }
  if (inputs.length === 0 || !isTable) {
    throw new ContractError(
      `Cannot prepare data: ${formatCountOf(inputs.length, "file")} for ${
        formatCountOf(cellTypes.length, "cell type")
      } and ${
        formatCountOf(marks.length, "mark")
      }, expected each cell type with each mark once, in the same order`,
    );
  }
  return { cellTypes, marks };
}

function checkLabels(
  cellTypes: readonly string[],
  genes: readonly Gene[],
  { labels }: PrepareOptions,
): void {
  if (labels === undefined) return;
  for (const cellType of cellTypes) {
    const own = labels.get(cellType);
    const found = own?.length;
    if (found !== genes.length) {
      throw new ContractError(
        `Cannot prepare data: cell type "${cellType}" has ${found ?? "no"} labels, ` +
          `expected ${genes.length}, one for each gene`,
      );
    }
    if (!own?.every(Number.isNaN)) continue;
    throw new ContractError(
      `Cannot prepare data: all labels of cell type "${cellType}" are NaN, expected some numbers`,
    );
  }
}

function makeRecord(
  options: PrepareOptions & { readonly assembly: string },
  { binSizeBp }: GeneWindows,
  marks: readonly string[],
): DataRecord {
  const { assembly, rule, extendBp = 0, minMappingQuality = 0, normalisation = "none" } = options;
  const { fragments = false, excludedFlags = USUAL_EXCLUDED_FLAGS, blacklist, tss } = options;
  const { orientation = "genomic", labels, expressionTransform, expressionReference } = options;
  return {
    assembly,
    binSizeBp,
    orientation,
    countingRule: rule,
    marks,
    transform: "none",
    extendBp,
    minMappingQuality,
    normalisation,
    ...(tss && { tss }),
    // What records of older versions lack is left out where it is as usual.
    ...(fragments && { fragments }),
    ...(excludedFlags !== USUAL_EXCLUDED_FLAGS && { excludedFlags }),
    ...(blacklist && { blacklist: blacklist.digest }),
    // The record does not mention a transform if the caller does not know which was applied.
    ...(labels && expressionTransform && { expressionTransform }),
    ...(labels && expressionReference && { expressionReference }),
  };
}

interface CountBlocksOptions extends PrepareOptions, Pick<CountOptions, "chromosomes"> {
  readonly windows: GeneWindows;
  readonly warnOnce: WarnOnce;
  readonly assembly: string;
}

async function* countBlocks(
  genes: readonly Gene[],
  inputs: readonly SignalInput[],
  options: CountBlocksOptions,
): AsyncGenerator<CompetitionBlock, void, undefined> {
  const { windows, labels, warnOnce, concurrency = 2, onProgress } = options;
  const done = new Float64Array(inputs.length);
  const total = inputs.length * genes.length;
  const counts = mapInOrder(inputs, concurrency, (input, i) =>
    countSample(input, {
      ...options,
      genes,
      windows,
      onProgress: (genesDone) => {
        done[i] = genesDone;
        onProgress?.(done.reduce((sum, value) => sum + value), total);
      },
      onWarning: (message) => warnOnce(message, input.name),
    }));
  const ids = genes.map(({ id }) => id);
  let marks: SampleCounts[] = [];
  let file = 0;
  for await (const values of counts) {
    const { cellType } = inputs[file++]!;
    marks.push(values);
    if (inputs[file]?.cellType === cellType) continue;
    const signal = interleave(marks);
    const block = { cellType, genes: ids, signal };
    const own = labels?.get(cellType);
    yield own === undefined ? block : keepLabelled({ ...block, labels: own });
    marks = [];
  }
}

/** Returns a block without the genes that have no label. It reuses the memory of the given block's signal. */
function keepLabelled(
  block: CompetitionBlock & {
    readonly genes: readonly string[];
    readonly signal: SampleCounts;
    readonly labels: Float64Array<ArrayBuffer>;
  },
): CompetitionBlock {
  const { cellType, genes, signal, labels } = block;
  const isLabelled = (_: unknown, gene: number) => !Number.isNaN(labels[gene]);
  const kept = labels.filter(isLabelled);
  if (kept.length === labels.length) return block;
  const width = signal.length / genes.length;
  let to = 0;
  for (const gene of genes.keys()) {
    if (!isLabelled(undefined, gene)) continue;
    signal.copyWithin(to, gene * width, (gene + 1) * width);
    to += width;
  }
  return {
    cellType,
    genes: genes.filter(isLabelled),
    signal: signal.subarray(0, to),
    labels: kept,
  };
}

/** Turns `[mark][gene, bin]` into `[gene, bin, mark]` of the widest type among the marks, and frees the marks. */
function interleave(marks: readonly SampleCounts[]): SampleCounts {
  const { length } = marks[0]!;
  const [widest] = marks.toSorted((a, b) => b.BYTES_PER_ELEMENT - a.BYTES_PER_ELEMENT);
  const signal = emptyLike(widest!, length * marks.length);
  for (const [mark, values] of marks.entries()) {
    for (let from = 0, to = mark; from < length; from++, to += marks.length) {
      signal[to] = values[from]!;
    }
    freeArray(values);
  }
  return signal;
}

function emptyLike(values: SampleCounts, length: number): SampleCounts {
  if (values instanceof Uint16Array) return new Uint16Array(length);
  return values instanceof Uint32Array ? new Uint32Array(length) : new Float32Array(length);
}
