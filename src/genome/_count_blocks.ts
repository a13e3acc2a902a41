/** Counts the files of all samples, one cell type after another, and in each some genes after others. */

import { freeArray } from "../base/free.ts";
import type { CompetitionBlock, StreamedBlock } from "../io/competition_writer.ts";
import { ControlCounts, type ControlValues, narrowCounts } from "./_control_counts.ts";
import { asControl, countFile, type CountFileOptions, readsOf } from "./_count_file.ts";
import { countSample, RestTally, type SampleCounts } from "./_count_sample.ts";
import type { WarnOnce } from "./file_messages.ts";
import { FileTally } from "./_file_tally.ts";
import { CopyFinder, type FilePart } from "./find_copies.ts";
import type { Gene } from "./gene.ts";
import { GeneBands, type GeneBandsOptions } from "./_gene_bands.ts";
import { CountOrigins, needsTotalReads } from "./_kept_file.ts";
import { mapInOrder } from "./_in_order.ts";
import type { ControlInput, PrepareOptions, SignalInput } from "./prepare_options.ts";
import type { SampleFiles, SamplePlan } from "./_sample_plan.ts";
import { SignalBuilder } from "./_signal_builder.ts";
import { CountCrew } from "./signal/count_crew.ts";
import type { CountOptions, SignalCounts } from "./signal/track.ts";
import type { GeneWindows } from "./windows.ts";

/** Options of {@linkcode streamBlocks}. */
export interface CountBlocksOptions extends PrepareOptions, Pick<CountOptions, "chromosomes"> {
  readonly bands: GeneBands;
  /** The windows of all genes. */
  readonly windows: GeneWindows;
  /** Number of bins of a gene. */
  readonly bins: number;
  /**
   * Whether parts are the caller's and are not freed.
   *
   * @default {false}
   */
  readonly keepsParts?: boolean;
  readonly warnOnce: WarnOnce;
  readonly assembly: string;
}

/** The files of a mark in a cell type, counted near the genes of one band. */
interface BandSample {
  readonly sample: SampleFiles;
  readonly band: number;
}

/**
 * Counts the files of a plan into blocks, one for each cell type, each in parts, one for each band of genes. Only one
 * part is in memory at a time: it is freed when the next is asked for.
 */
export async function* streamBlocks(
  genes: readonly Gene[],
  plan: SamplePlan,
  options: CountBlocksOptions,
): AsyncGenerator<StreamedBlock, void, undefined> {
  const { labels, bands, bins, keepsParts = false } = options;
  const ids = genes.map(({ id }) => id);
  const parts = countParts(genes, plan, options);
  try {
    for (const cellType of plan.cellTypes) {
      const own = labels?.get(cellType);
      const isKept = (_: unknown, gene: number) => !Number.isNaN(own?.[gene]);
      const kept = own?.every(isKept) === false ? ids.filter(isKept) : ids;
      const taker = new PartTaker(parts, {
        bands,
        labels: kept === ids ? undefined : own,
        keepsParts,
      });
      yield {
        cellType,
        genes: kept,
        signalParts: taker.take(),
        signalLength: kept.length * bins * plan.marks.length,
        ...(own && { labels: kept === ids ? own : own.filter(isKept) }),
      };
      await taker.skip();
    }
  } finally {
    await parts.return();
  }
}

/** Counts the files of a plan into blocks whose signal is one array, which is the caller's. */
export async function* countBlocks(
  genes: readonly Gene[],
  plan: SamplePlan,
  options: Omit<CountBlocksOptions, "bands"> & GeneBandsOptions,
): AsyncGenerator<CompetitionBlock, void, undefined> {
  const bands = new GeneBands(genes, 1, options);
  for await (const block of streamBlocks(genes, plan, { ...options, bands, keepsParts: true })) {
    const { cellType, genes, labels, signalParts } = block;
    for await (const signal of signalParts) yield { cellType, genes, signal, labels };
  }
}

/** Takes the parts of one cell type, without the genes whose label is NaN. */
class PartTaker {
  readonly #parts: AsyncGenerator<SampleCounts, void, undefined>;
  readonly #bands: GeneBands;
  readonly #labels: Float64Array | undefined;
  readonly #keepsParts: boolean;
  #band = 0;

  constructor(
    parts: AsyncGenerator<SampleCounts, void, undefined>,
    { bands, labels, keepsParts }: {
      readonly bands: GeneBands;
      /** The labels of all genes; absent if no gene is left out. */
      readonly labels: Float64Array | undefined;
      readonly keepsParts: boolean;
    },
  ) {
    this.#parts = parts;
    this.#bands = bands;
    this.#labels = labels;
    this.#keepsParts = keepsParts;
  }

  /** The parts; each is freed when the next is asked for. */
  async *take(): AsyncGenerator<SampleCounts, void, undefined> {
    while (this.#band < this.#bands.count) {
      const { start, genes } = this.#bands.at(this.#band++);
      const { value: part } = await this.#parts.next();
      if (part === undefined) return;
      const own = this.#labels?.subarray(start, start + genes.length);
      const kept = own === undefined ? part : keepLabelled(part, own);
      if (kept.length > 0) yield kept;
      if (!this.#keepsParts) freeArray(part);
    }
  }

  /** Takes what nobody took, so that the next cell type has its own parts. */
  async skip(): Promise<void> {
    for await (const part of this.take()) void part;
  }
}

/** Counts the parts of all cell types, each `[gene, bin, mark]`. */
async function* countParts(
  genes: readonly Gene[],
  plan: SamplePlan,
  options: CountBlocksOptions,
): AsyncGenerator<SampleCounts, void, undefined> {
  const { bands } = options;
  using crew = new CountCrew(options);
  const files = new FileCounter(genes, plan, { ...options, crew });
  const samples = listBandSamples(plan, bands.count, (file, band) => files.inBand(file, band));
  const controls = new ControlCounts(
    samples.flatMap(({ sample }) => sample.files),
    (input, file) => files.countControl(input, file),
  );
  const rest = new RestTally(bands.count);
  const counts = mapInOrder(
    samples,
    bands.filesTogether,
    ({ sample, band }) =>
      countSample(sample, {
        ...options,
        band: bands.at(band),
        controls,
        rest,
        countFile: (input) => files.countMark(input),
        onWarning: (message) => options.warnOnce(message, sample.files[0]?.name ?? ""),
      }),
  );
  let signal = new SignalBuilder(plan.marks.length);
  for await (const values of counts) {
    if (signal.add(values) < plan.marks.length) continue;
    const part = signal.finish();
    signal = new SignalBuilder(plan.marks.length);
    yield part;
  }
}

/** The marks of the bands of the cell types, in the order of the data. */
function listBandSamples(
  { samples, marks }: SamplePlan,
  bands: number,
  inBand: (file: SignalInput, band: number) => SignalInput,
): BandSample[] {
  const listed: BandSample[] = [];
  for (let start = 0; start < samples.length; start += marks.length) {
    for (let band = 0; band < bands; band++) {
      for (const sample of samples.slice(start, start + marks.length)) {
        const files = sample.files.map((file) => inBand(file, band));
        listed.push({ sample: { ...sample, files }, band });
      }
    }
  }
  return listed;
}

/** A file near the genes of a band. */
interface Origin {
  readonly file: ControlInput;
  readonly band: number;
}

interface FileCounterOptions extends CountBlocksOptions {
  readonly crew: CountCrew;
}

/** Counts files near the genes of bands, and says how far all of them are. */
class FileCounter {
  readonly #genes: readonly Gene[];
  readonly #options: FileCounterOptions;
  readonly #totalReads: boolean;
  readonly #total: number;
  readonly #tallies = new Map<ControlInput, FileTally>();
  readonly #controls = new Map<ControlInput, ControlInput[]>();
  readonly #origins = new WeakMap<ControlInput, Origin>();
  readonly #copies: CopyFinder;
  readonly #countOrigins: CountOrigins;

  constructor(genes: readonly Gene[], plan: SamplePlan, options: FileCounterOptions) {
    this.#genes = genes;
    this.#options = options;
    this.#copies = new CopyFinder(options.warnOnce);
    const { chromosomes = [] } = options;
    this.#countOrigins = new CountOrigins(genes, { ...options, chromosomes });
    this.#totalReads = needsTotalReads(options);
    const files = plan.samples.reduce((sum, { files }) => sum + files.length, 0);
    this.#total = (files + plan.controls.length) * genes.length;
  }

  /** An input that stands for a file near the genes of a band. Its control is that of all files of the band. */
  inBand(file: SignalInput, band: number): SignalInput {
    const { cellType, mark, name, replicate } = file;
    const control = file.control && this.#controlInBand(file.control, band);
    const own = { cellType, mark, name, replicate, control, open: () => file.open() };
    this.#origins.set(own, { file, band });
    return own;
  }

  #controlInBand(control: ControlInput, band: number): ControlInput {
    const known = this.#controls.get(control) ?? [];
    this.#controls.set(control, known);
    const own = known[band] ??= { name: control.name, open: () => control.open() };
    this.#origins.set(own, { file: control, band });
    return own;
  }

  async countMark(input: SignalInput): Promise<SignalCounts> {
    const counts = await countFile(input, this.#fileOptions(input));
    this.#copies.see(input, counts.values, this.#partOf(input));
    return counts;
  }

  async countControl(control: ControlInput, file: SignalInput): Promise<ControlValues> {
    const asFile = asControl(control, file);
    const counts = await countFile(asFile, this.#fileOptions(control));
    this.#copies.see(asFile, counts.values, this.#partOf(control));
    return {
      values: narrowCounts(counts.values, this.#options.rule),
      reads: readsOf(counts, control.name, "scale to the depth of a mark the control"),
    };
  }

  #partOf(input: ControlInput): FilePart {
    return { number: this.#origins.get(input)!.band, of: this.#options.bands.count };
  }

  #fileOptions(input: ControlInput): CountFileOptions {
    const { onProgress, warnOnce, bands } = this.#options;
    const { file, band } = this.#origins.get(input)!;
    const tally = this.#tallies.get(file) ?? new FileTally(bands.count);
    this.#tallies.set(file, tally);
    return {
      ...this.#options,
      genes: this.#genes,
      band: bands.at(band),
      tally,
      totalReads: this.#totalReads,
      origins: this.#countOrigins,
      onProgress: (genesDone) => {
        tally.setGenesDone(band, genesDone);
        const done = [...this.#tallies.values()].reduce((sum, { genesDone }) => sum + genesDone, 0);
        onProgress?.({ done: Math.min(done, this.#total), total: this.#total, unit: "genes" });
      },
      onWarning: (message) => warnOnce(message, file.name),
    };
  }
}

/** Returns values of `[gene, …]` without the genes whose label is NaN, in the same memory. */
function keepLabelled(signal: SampleCounts, labels: Float64Array): SampleCounts {
  const width = signal.length / labels.length;
  let to = 0;
  for (const [gene, label] of labels.entries()) {
    if (Number.isNaN(label)) continue;
    signal.copyWithin(to, gene * width, (gene + 1) * width);
    to += width;
  }
  return signal.subarray(0, to);
}
