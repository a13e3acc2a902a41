/** Counts the files of all samples, one cell type after another. */

import { freeArray } from "../base/free.ts";
import type { CompetitionBlock } from "../io/competition_writer.ts";
import { ControlCounts, type ControlValues, narrowCounts } from "./_control_counts.ts";
import { countFile, type CountFileOptions, readsOf } from "./_count_file.ts";
import { countSample, isNormalised, type SampleCounts } from "./_count_sample.ts";
import type { WarnOnce } from "./file_messages.ts";
import type { Gene } from "./gene.ts";
import { mapInOrder } from "./_in_order.ts";
import type { ControlInput, PrepareOptions, SignalInput } from "./prepare_options.ts";
import type { SamplePlan } from "./_sample_plan.ts";
import type { CountOptions } from "./signal/track.ts";
import type { GeneWindows } from "./windows.ts";

/** Options of {@linkcode countBlocks}. */
export interface CountBlocksOptions extends PrepareOptions, Pick<CountOptions, "chromosomes"> {
  readonly windows: GeneWindows;
  readonly warnOnce: WarnOnce;
  readonly assembly: string;
}

/** Counts the files of a plan into blocks, one for each cell type. Only one cell type is in memory at a time. */
export async function* countBlocks(
  genes: readonly Gene[],
  plan: SamplePlan,
  options: CountBlocksOptions,
): AsyncGenerator<CompetitionBlock, void, undefined> {
  const { labels, concurrency = 2 } = options;
  const ids = genes.map(({ id }) => id);
  const files = new FileCounter(genes, plan, options);
  const controls = new ControlCounts(
    plan.samples.flatMap(({ files }) => files),
    (input, file) => files.countControl(input, file),
  );
  const counts = mapInOrder(plan.samples, concurrency, (sample) =>
    countSample(sample, {
      ...options,
      genes,
      controls,
      countFile: (input) => files.countMark(input),
    }));
  let marks: SampleCounts[] = [];
  let place = 0;
  for await (const values of counts) {
    const { cellType } = plan.samples[place++]!;
    marks.push(values);
    if (marks.length < plan.marks.length) continue;
    const signal = interleave(marks);
    const block = { cellType, genes: ids, signal };
    const own = labels?.get(cellType);
    yield own === undefined ? block : keepLabelled({ ...block, labels: own });
    marks = [];
  }
}

/** Counts files, and says how far all of them are. */
class FileCounter {
  readonly #genes: readonly Gene[];
  readonly #options: CountBlocksOptions;
  readonly #totalReads: boolean;
  readonly #total: number;
  /** The number of genes done in each file. */
  readonly #done = new Map<ControlInput, number>();

  constructor(genes: readonly Gene[], plan: SamplePlan, options: CountBlocksOptions) {
    this.#genes = genes;
    this.#options = options;
    this.#totalReads = options.control !== undefined || isNormalised(options);
    const files = plan.samples.reduce((sum, { files }) => sum + files.length, 0);
    this.#total = (files + plan.controls.length) * genes.length;
  }

  countMark(input: SignalInput) {
    return countFile(input, this.#fileOptions(input));
  }

  async countControl(
    { name, open }: ControlInput,
    { cellType, mark }: SignalInput,
  ): Promise<ControlValues> {
    const input = { name, open, cellType, mark: `control of ${mark}` };
    const counts = await countFile(input, this.#fileOptions(input));
    return {
      values: narrowCounts(counts.values, this.#options.rule),
      reads: readsOf(counts, name, "scale to the depth of a mark the control"),
    };
  }

  #fileOptions(file: ControlInput): CountFileOptions {
    const { onProgress, warnOnce } = this.#options;
    return {
      ...this.#options,
      genes: this.#genes,
      totalReads: this.#totalReads,
      onProgress: (genesDone) => {
        this.#done.set(file, genesDone);
        const done = [...this.#done.values()].reduce((sum, value) => sum + value);
        onProgress?.(Math.min(done, this.#total), this.#total);
      },
      onWarning: (message) => warnOnce(message, file.name),
    };
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
