/**
 * Turns files of reads or signal into binned samples: every file is counted into the windows of the same genes.
 *
 * @module
 */

import { formatCount } from "../base/count.ts";
import { checkInteger } from "../base/check_integer.ts";
import { untilSettled, type WatchedOptions, watchHooks } from "../base/watched_hook.ts";
import { ContractError } from "../errors.ts";
import type { PackedColumns } from "../io/columns.ts";
import type { CompetitionBlock, StreamedBlock } from "../io/competition_writer.ts";
import type { DataRecord } from "../record.ts";
import { countBlocks, streamBlocks } from "./_count_blocks.ts";
import { makeWarnOnce } from "./file_messages.ts";
import { inspectInputs } from "./_inspect_inputs.ts";
import type { Gene } from "./gene.ts";
import { countGeneBands, GeneBands } from "./_gene_bands.ts";
import type { PrepareOptions, SignalInput } from "./prepare_options.ts";
import { isNormalised, planSamples, type SamplePlan } from "./_sample_plan.ts";
import { describeUselessBlacklist } from "./signal/blacklist.ts";
import { USUAL_EXCLUDED_FLAGS } from "./signal/track.ts";
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
  /** How many files of marks, and how many of controls, are counted. */
  readonly files: { readonly marks: number; readonly controls: number };
  /** The group of each cell type, as the options have it; give it to `writeCompetition`. */
  readonly cellTypeGroups?: ReadonlyMap<string, string> | undefined;
  /** The marks that were not measured in a cell type, and whose values are 0; give it to `writeCompetition`. */
  readonly missingMarks?: ReadonlyMap<string, readonly string[]> | undefined;
  /**
   * Counts the files, one cell type after another, into blocks that `writeCompetition` writes. Only one cell type is
   * in memory at a time. Plain counts of reads, and their sums, are integers; everything else is rounded to float32.
   * Genes whose label in a cell type is NaN are left out of that block.
   *
   * @throws {FormatError} If a file is damaged.
   * @throws {ContractError} If a file has a negative or infinite value, which a data set cannot hold, or lacks all of
   * the genes' chromosomes, or if reads per million or a control are wanted and a file does not say how many reads it
   * has.
   */
  blocks(): AsyncGenerator<CompetitionBlock, void, undefined>;
  /**
   * Counts the files as `blocks` does, into blocks that come in parts, so that memory is bounded by `mostCountBytes` of the
   * options however many genes, bins and marks there are. A part is freed when the next is asked for.
   *
   * @throws {FormatError} As `blocks` does.
   * @throws {ContractError} As `blocks` does.
   */
  streamedBlocks(): AsyncGenerator<StreamedBlock, void, undefined>;
  /**
   * Counts the files into memory.
   *
   * @throws {FormatError} As `blocks` does.
   * @throws {ContractError} As `blocks` does.
   */
  columns(): Promise<PackedColumns>;
}

/**
 * Inspects the files of all samples, so that a fault of the last file does not show up only after hours: their formats,
 * indexes, chromosomes and assembly. Counting starts when you call `blocks` or `columns` of the result. Only bigWig
 * files whose own summary shows negative, infinite or missing values are counted here, to find those values early.
 *
 * @param genes The genes, the same for all cell types, in the order of the data.
 * @param inputs The files: every cell type with the same marks, and with `marks` of the options in any order.
 * @param options How to count.
 * @returns The record of the data, and functions that count the files.
 * @throws {RangeError} If an option is out of range, or the groups of cell types contradict each other.
 * @throws {FormatError} If a file is empty, damaged, cut short, or lacks its index.
 * @throws {ContractError} If cell types differ in their marks, there are replicates without a rule, a file lacks a control,
 * the rule or an option does not suit a file's kind, files differ in assembly from the genes or from each other, or a
 * bigWig file has a negative, infinite or missing value in a window.
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
  const watched = watchHooks(options);
  const preparation = await prepareFiles(genes, inputs, watched);
  await watched.settle();
  return preparation;
}

async function prepareFiles(
  genes: readonly Gene[],
  inputs: readonly SignalInput[],
  { options, settle }: WatchedOptions<PrepareOptions>,
): Promise<Preparation> {
  if (genes?.length === 0) throw new ContractError("Cannot prepare data: there are no genes");
  if (options.mostCountBytes !== undefined) {
    const limits = { action: "prepare data", name: "mostCountBytes", least: 1 };
    checkInteger(options.mostCountBytes, limits);
  }
  const windows = geneWindows(genes, options);
  const plan = planSamples(inputs, options);
  const { cellTypes, missingMarks } = plan;
  checkLabels(cellTypes, genes, options);
  const warnOnce = makeWarnOnce(options.onWarning);
  const useless = options.blacklist && describeUselessBlacklist(options.blacklist, windows);
  if (useless !== undefined) options.onWarning?.(useless);
  const { assembly, chromosomes, formats } = await inspectInputs(genes, plan, {
    ...options,
    windows,
    warnOnce,
    // What is kept was counted, and was found sound or not, by those who counted it.
    countsEarly: options.kept === undefined,
  });
  const { labels, cellTypeGroups } = options;
  const { bins } = windows;
  const record = makeRecord({ ...options, assembly }, windows, plan);
  const counting = { ...options, warnOnce, windows, formats, bins, chromosomes, assembly };
  const streamedBlocks = () => {
    const bands = new GeneBands(genes, countGeneBands(plan, counting), counting);
    return untilSettled(streamBlocks(genes, plan, { ...counting, bands }), settle);
  };
  const shared = { record, genes, cellTypes, bins, cellTypeGroups, missingMarks };
  return {
    ...shared,
    files: { marks: inputs.length, controls: plan.controls.length },
    blocks: () => untilSettled(countBlocks(genes, plan, counting), settle),
    streamedBlocks,
    columns: async () => {
      // The command writes blocks, and starts sooner without this.
      const { collectColumns } = await import("./_collect_columns.ts");
      return await collectColumns(streamedBlocks(), { ...shared, labels });
    },
  };
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
        `Cannot prepare data: cell type "${cellType}" has ${
          found === undefined ? "no" : formatCount(found)
        } labels, ` +
          `expected ${formatCount(genes.length)}, one for each gene`,
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
  { marks, hasReplicates }: SamplePlan,
): DataRecord {
  const { assembly, rule, extendBp = 0, minMappingQuality = 0, replicates, control } = options;
  const { fragments = false, excludedFlags = USUAL_EXCLUDED_FLAGS, blacklist, tss } = options;
  const { orientation = "genomic", labels, expressionTransform, expressionReference } = options;
  const isCombined = hasReplicates || replicates === "keep";
  return {
    assembly,
    binSizeBp,
    orientation,
    countingRule: rule,
    marks,
    transform: "none",
    extendBp,
    minMappingQuality,
    normalisation: isNormalised(options) ? "rpm" : "none",
    ...(isCombined && replicates && { replicates }),
    ...(control && { control }),
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
